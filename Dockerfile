# A static binary in a small image. It has a shell, since the runners of CI systems start their jobs with one.
FROM rust:1.90-alpine AS build
WORKDIR /src
COPY . .
RUN cargo build --locked --profile dist --bin tfcheck

FROM alpine:3.22
COPY --from=build /src/target/dist/tfcheck /usr/local/bin/tfcheck
USER nobody
WORKDIR /infra
ENTRYPOINT ["tfcheck"]
