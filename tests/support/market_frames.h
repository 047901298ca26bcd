#pragma once

#include <array>
#include <string_view>

namespace gannet::test {

/// Frames of every kind the public socket knows, written after the documented shapes, for the
/// instruments of market_codes().
inline constexpr std::array<std::string_view, 20> kMarketFrames{
    R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"snapshot","data":[{"asks":[["61250.2","12.35","0","9"],["61250.3","0.5","0","2"]],"bids":[["61250.1","4.02","0","6"],["61250","1","0","1"]],"ts":"1795430400100","checksum":0,"prevSeqId":-1,"seqId":8812345001}]})",
    R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["61250.2","0","0","0"]],"bids":[],"ts":"1795430400200","checksum":0,"prevSeqId":8812345001,"seqId":8812345009}]})",
    R"({"arg":{"channel":"books-l2-tbt","instId":"BTC-USDT-SWAP"},"action":"update","data":[{"asks":[["43741.9","4","0","1"]],"bids":[["43741.8","2","0","1"]],"ts":"1646314548269","checksum":2127111}]})",
    R"({"arg":{"channel":"books50-l2-tbt","instId":"BTC-USDT-SWAP"},"action":"snapshot","data":[{"asks":[],"bids":[],"ts":"1","checksum":0,"seqId":1,"prevSeqId":-1}]})",
    R"({"arg":{"channel":"books5","instId":"BTC-USDT-SWAP"},"data":[{"asks":[["63921.5","790.41","0","42"]],"bids":[["63921.4","421.93","0","28"]],"instId":"BTC-USDT-SWAP","ts":"1786541241006","seqId":333794734980}]})",
    R"({"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{"asks":[["83.81","11.93175","0","1"]],"bids":[["83.8","11.93317","0","1"]],"ts":"1765201257149","seqId":378617009}]})",
    R"({"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","tradeId":"2832749635","px":"63913.5","sz":"1","side":"buy","ts":"1786540435948","count":"1","source":"0","seqId":333793117432}]})",
    R"({"arg":{"channel":"trades-all","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"84834539","px":"42.52","sz":"3.75","side":"sell","ts":"1697760012017","source":"1"}]})",
    R"({"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"instType":"SPOT","instId":"BTC-USDT","last":"91517.2","lastSz":"0.00269444","askPx":"91527.3","askSz":"1.54613591","bidPx":"91527.2","bidSz":"0.0135","open24h":"88979.1","vol24h":"338.8","ts":"1765201256914"}]})",
    R"({"arg":{"channel":"mark-price","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","markPx":"61250.123456","ts":"1597026383085"}]})",
    R"({"arg":{"channel":"index-tickers","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","idxPx":"41756.7","open24h":"42427.3","ts":"1642643951284"}]})",
    R"({"arg":{"channel":"instruments","instType":"SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","instFamily":"BTC-USDT","uly":"BTC-USDT","instIdCode":10459,"ctType":"linear","ctVal":"0.01","ctMult":"1","ctValCcy":"BTC","settleCcy":"USDT","tickSz":"0.1","lotSz":"0.01","minSz":"0.01","maxLmtSz":"100000000","maxMktSz":"35000","lever":"100","listTime":"1573557408000","state":"live","upcChg":[]}]})",
    R"({"id":"s1","event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"c0ffee01"})",
    R"({"event":"unsubscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"c0ffee01"})",
    R"({"event":"error","msg":"Wrong URL or channel:books,instId:BTC-USDT doesn't exist.","code":"60018","connId":"c0ffee01"})",
    R"({"event":"notice","code":"64008","msg":"The connection will soon be closed.","connId":"c0ffee01"})",
    R"({"event":"channel-conn-count","channel":"orders","connCount":"2","connId":"c0ffee01"})",
    R"({"event":"channel-conn-count-error","channel":"orders","connCount":"30","connId":"c0ffee01"})",
    R"({"code":"0","data":[{"clOrdId":"1","ordId":"2","sCode":"0","sMsg":""}],"id":"7","msg":"","op":"order"})",
    "pong",
};

}  // namespace gannet::test
