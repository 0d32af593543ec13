# The programs that a page may call, each under its own name: how they are run here. TOOL is that name.
called() { # words: left for the test to judge
  printf '%s\x1f' "$@" >>"$CALLS"
  printf '\n' >>"$CALLS"
}

case $TOOL in
helpline)
  if [ "$MODE" = mention ]; then
    exec "$HELPLINE" "$@" --help
  elif [ "${1:-}" != serve ]; then
    exec "$HELPLINE" "$@"
  fi
  # Until it is ready, and then asked to stop.
  export HELPLINE_LISTEN=127.0.0.1:$SERVE_PORT HELPLINE_DRAIN_DELAY_MS=0
  "$HELPLINE" "$@" &
  until "$HELPLINE" health 2>&1; do
    [ -e "/proc/$!/stat" ] || exit 70
    sleep 0.1
  done
  kill -TERM $!
  wait $!
  ;;
curl)
  # The desk of the pages is the one of the test.
  words=()
  for word in "$@"; do
    word=${word//https:\/\/desk.example/$DESK}
    words+=("${word//http:\/\/127.0.0.1:8080/$DESK}")
  done
  # Where a page does not say what is answered, it is a success.
  [ "$MODE" != mention ] || words+=(--fail)
  exec "$CURL" --max-time 20 "${words[@]}"
  ;;
psql)
  # Where the page goes on in psql, its blocks of SQL have a test of their own.
  exec "$PG/psql" --no-psqlrc -v ON_ERROR_STOP=1 "$@" </dev/null
  ;;
redis-cli)
  case ${1:-} in
  -u) exec "$REDIS_CLI" -e "$@" ;;
  *) exec "$REDIS_CLI" -e -u "$HELPLINE_REDIS_URL" "$@" ;;
  esac
  ;;
make)
  told=$("$MAKE" -n --no-print-directory -C "$REPOSITORY" "$@")
  # `make run` calls the program, whose arguments it passes on.
  while read -r line; do
    case $line in
    *"/helpline dev"*) exec "$HELPLINE" dev ${line#*helpline dev} --help ;;
    esac
  done <<<"$told"
  ;;
*)
  called "$TOOL" "$@"
  ;;
esac
