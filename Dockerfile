# Two stages: build and pack, then a slim image with the packages alone. What they need comes with them.
#   docker build --build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) -t gannet .
# `make image` does it with buildah and runs it. /etc/gannet/gannet.toml trades in the simulator.
ARG BASE=debian:bookworm
FROM ${BASE} AS build
RUN apt-get update && apt-get install -y --no-install-recommends git make ca-certificates
WORKDIR /src
COPY tools/setup.sh tools/
RUN tools/setup.sh && tools/setup.sh deb
COPY . .
ARG SOURCE_DATE_EPOCH
# How many compilers at once; empty: as many as processors.
ARG CMAKE_BUILD_PARALLEL_LEVEL
RUN make deb

ARG BASE=debian:bookworm
FROM ${BASE}
COPY --from=build /src/build/deb/gannet_*.deb /src/build/deb/gannet-strategies_*.deb /tmp/
RUN apt-get update && apt-get install -y --no-install-recommends /tmp/*.deb \
    && rm -rf /tmp/*.deb /var/lib/apt/lists/* \
    && useradd --system --home /var/lib/gannet --create-home gannet
# Every library that they need is here.
RUN gannetd --check --config /etc/gannet/gannet.toml >/dev/null && gannet --help >/dev/null \
    && gannet-kill --help >/dev/null
USER gannet
WORKDIR /var/lib/gannet
ENTRYPOINT ["/usr/bin/gannetd"]
CMD ["--config", "/etc/gannet/gannet.toml"]
