# Two stages: build and test, then a slim image with the programs and the strategies.
ARG BASE=debian:bookworm
FROM ${BASE} AS build
RUN apt-get update && apt-get install -y --no-install-recommends git make ca-certificates
WORKDIR /src
COPY . .
RUN make build && cmake --install build/release --prefix /opt/gannet

ARG BASE=debian:bookworm
FROM ${BASE}
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libssl3 \
      libsimdjson14 libspdlog1.10 libfmt9 libtomlplusplus3 libzstd1 libsqlite3-0 \
      libprometheus-cpp-pull1.0 \
    && rm -rf /var/lib/apt/lists/* && useradd --system --home /var/lib/gannet --create-home gannet
COPY --from=build /opt/gannet /usr/local
# Every library that they need is here.
RUN gannetd --help >/dev/null && gannet --help >/dev/null && gannet-kill --help >/dev/null
USER gannet
WORKDIR /var/lib/gannet
ENTRYPOINT ["/usr/local/bin/gannetd"]
CMD ["--config", "/etc/gannet/gannet.toml"]
