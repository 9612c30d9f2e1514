#!/bin/bash
# Serves the demonstration from a bucket of a Versity gateway that runs beside it, over a folder of the user's.
set -eu
data="${XDG_DATA_HOME:-$HOME/.local/share}/cabina-s3"
port="${CABINA_S3_PORT:-17070}"
mkdir -p "$data/cabina"
bin/tools/versitygw --port "127.0.0.1:$port" --access cabina --secret cabina-on-this-machine --quiet --keep-alive --health /healthz posix "$data" &
gateway=$!
trap 'kill $gateway 2>/dev/null || true' EXIT INT TERM
for _ in $(seq 100); do
	if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
	sleep 0.1
done
export CABINA_STORE=s3://cabina CABINA_S3_ENDPOINT="http://127.0.0.1:$port" CABINA_S3_REGION=us-east-1
export CABINA_S3_ACCESS_KEY=cabina CABINA_S3_SECRET_KEY=cabina-on-this-machine
export CABINA_CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/cabina-s3"
bin/cabina demo --if-empty
bin/cabina serve
