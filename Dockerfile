# SPDX-License-Identifier: Apache-2.0
# An image of the service: docs/operating.md, "With Docker".
#   docker build -t webkeep .
#   docker run -p 127.0.0.1:8787:8787 -v webkeep:/data --stop-timeout 45 webkeep

FROM debian:12-slim AS build
WORKDIR /src
COPY packages.sh .
RUN . ./packages.sh && packages_need build
COPY . .
RUN cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr -DWEBKEEP_TESTS=OFF \
    && cmake --build /build --target webkeep \
    && DESTDIR=/image cmake --install /build --strip

FROM debian:12-slim
# What the program is linked with; the names of what builds it stand in packages.sh.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcjson1 libcurl4 libdeflate0 libexpat1 libgumbo1 \
        libidn2-0 liblmdb0 libmicrohttpd12 libminizip1 libpsl5 libssl3 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin webkeep \
    && install -d -o webkeep -g webkeep -m 0700 /data
COPY --from=build /image/ /
USER webkeep
ENV WEBKEEP_DATA=/data
VOLUME /data
EXPOSE 8787
# One request by the shell that is there: no other program is needed.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/8787 && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r line <&3 && [[ $line == *' 200 '* ]]"]
ENTRYPOINT ["webkeep"]
CMD ["serve", "--listen", "0.0.0.0:8787"]
