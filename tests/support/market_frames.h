#pragma once

#include <array>
#include <string_view>

namespace gannet::test {

/// Frames of every kind the public socket knows, written after the documented shapes, for the
/// instruments of market_codes().
inline constexpr std::array<std::string_view, 31> kMarketFrames{
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
    R"({"arg":{"channel":"books-rpi","instId":"BTC-USDT"},"action":"snapshot","data":[{"asks":[["61250.2","12.35","10","9"]],"bids":[["61250.1","4.02","4","6"]],"ts":"1","prevSeqId":-1,"seqId":5}]})",
    R"({"arg":{"channel":"candle1m","instId":"BTC-USDT-SWAP"},"data":[["1795430400000","61250","61251.5","61249","61250.1","120.5","1.2","73500","0"]]})",
    R"({"arg":{"channel":"index-candle1m","instId":"BTC-USDT"},"data":[["1795430400000","61250.12","61251","61249","61250","1"]]})",
    R"({"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","fundingRate":"0.0001","fundingTime":"1795449600000","nextFundingTime":"1795478400000","minFundingRate":"-0.015","maxFundingRate":"0.015","ts":"1795430400000"}]})",
    R"({"arg":{"channel":"open-interest","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","oi":"2125419.67","oiUsd":"1301000000.5","ts":"1795430400000"}]})",
    R"({"arg":{"channel":"price-limit","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","buyLmt":"64000","sellLmt":"58000","enabled":true,"ts":"1795430400000"}]})",
    R"({"arg":{"channel":"estimated-price","instType":"SWAP","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","settlePx":"61250.33333333","settleType":"settlement","ts":"1795430400000"}]})",
    R"({"arg":{"channel":"opt-summary","instFamily":"BTC-USD"},"data":[{"instType":"OPTION","instId":"BTC-USDT-SWAP","delta":"0.1","gamma":"4.7","theta":"-0.004","vega":"0.0002","markVol":"0.77","bidVol":"","fwdPx":"39016.81","ts":"1795430400000"}]})",
    R"({"arg":{"channel":"option-trades","instType":"OPTION","instId":"BTC-USDT-SWAP"},"data":[{"fillVol":"0.5066","fwdPx":"16469.6","idxPx":"16537.2","instId":"BTC-USDT-SWAP","markPx":"0.0469","px":"0.045","side":"sell","sz":"2","tradeId":"38","ts":"1795430400000"}]})",
    R"({"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"details":[{"bkLoss":"0","bkPx":"61000.5","ccy":"","posSide":"long","side":"sell","sz":"13","ts":"1795430400000"}],"instId":"BTC-USDT-SWAP","instType":"SWAP"}]})",
    R"({"arg":{"channel":"adl-warning","instType":"SWAP"},"data":[{"instType":"SWAP","instFamily":"BTC-USDT","state":"warning","bal":"1200.5","ts":"1795430400000"}]})",
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
