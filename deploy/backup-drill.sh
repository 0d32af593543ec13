#!/usr/bin/env bash
# Takes a backup as the owner of the database, restores it into another cluster, and checks that the
# copy is equal: docs/backup.md, step by step, on two private clusters on this machine. Needs the binary
# (HELPLINE), Postgres (PG_BIN, the directory of initdb; PG_BIN_TARGET for a second
# cluster of a newer version), curl and node.
#
#   PG_BIN=/usr/lib/postgresql/15/bin HELPLINE=target/release/helpline deploy/backup-drill.sh
set -euo pipefail
helpline=$(realpath "${HELPLINE:-target/release/helpline}")
source_bin=${PG_BIN:-$(pg_config --bindir)}
target_bin=${PG_BIN_TARGET:-$source_bin}
bin=$source_bin
place=$(mktemp -d /var/tmp/helpline-drill.XXXXXX)
chmod 755 "$place"
secret=$(head -c 32 /dev/urandom | base64)
password=drill-$RANDOM$RANDOM
# Three ports that are free at this moment.
read -r port_a port_b listen < <(node -e '
  const { createServer } = require("node:net");
  const servers = [0, 0, 0].map(() => createServer().listen(0, "127.0.0.1"));
  let open = servers.length;
  for (const server of servers) server.once("listening", () => {
    if (--open > 0) return;
    console.log(servers.map((one) => one.address().port).join(" "));
    for (const one of servers) one.close();
  });')
gateway=

# Postgres refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
if [ "$(id -u)" = 0 ]; then chown postgres "$place"; fi

stop_gateway() {
  if [ -n "$gateway" ]; then
    kill "$gateway" 2>/dev/null || true
    wait "$gateway" 2>/dev/null || true
    gateway=
  fi
}
finish() {
  stop_gateway
  for cluster in a b; do
    as_postgres "$bin/pg_ctl" -D "$place/$cluster" -m immediate stop >/dev/null 2>&1 || true
  done
  rm -rf "$place"
}
trap finish EXIT
fail() { echo "FAILED: $1" >&2; exit 1; }
step() { echo "-- $1"; }

# Creates a cluster with a database `desk`, whose owner can create roles and is not a superuser.
cluster() {
  as_postgres "$bin/initdb" -D "$place/$1" -U postgres -A trust --no-sync >/dev/null
  as_postgres "$bin/pg_ctl" -D "$place/$1" -w -l "$place/$1.log" \
    -o "-p $2 -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off" start >/dev/null
  "$bin/psql" -qX "postgres://postgres@127.0.0.1:$2/postgres" \
    -c "create role desk_admin login createrole" -c "create database desk owner desk_admin"
}
admin_url() { echo "postgres://desk_admin@127.0.0.1:$1/desk"; }
superuser() { "$bin/psql" -qXAt -v ON_ERROR_STOP=1 "postgres://postgres@127.0.0.1:$1/desk" -c "$2"; }

serve() {
  HELPLINE_JWT_SECRET=$secret HELPLINE_DATABASE_URL="postgres://helpline_service:$password@127.0.0.1:$1/desk" \
    "$helpline" serve --listen "127.0.0.1:$listen" >>"$place/gateway.log" 2>&1 &
  gateway=$!
  for _ in $(seq 100); do
    if curl -sf "127.0.0.1:$listen/readyz" >/dev/null; then return; fi
    sleep 0.1
  done
  cat "$place/gateway.log" >&2
  fail "the gateway is not ready"
}
ada=01890000-0000-7000-8000-00000000000a bob=01890000-0000-7000-8000-00000000000b grace=01890000-0000-7000-8000-00000000000c
token() { "$helpline" token --jwt-secret "$secret" --sub "$1" --name "$2" --email "$2@example.org"; }
call() { # person method path [body]
  curl -sS --fail-with-body -X "$2" -H "authorization: Bearer ${tokens[$1]}" -H 'content-type: application/json' -H "idempotency-key: drill-$RANDOM-$RANDOM" \
    ${4:+-d "$4"} "http://127.0.0.1:$listen$3"
}
field() { node -e 'const at = process.argv[1].split("."); let v = JSON.parse(require("fs").readFileSync(0, "utf8")); for (const k of at) v = v[k]; console.log(v)' "$1"; }

# Subscribes as a client that has the ticket up to `after` in this epoch, or as a new client. Prints
# the answer: reset, epoch and head.
subscribe() { # ticket [after epoch]
  node --experimental-websocket --no-warnings --input-type=module - "127.0.0.1:$listen" "${tokens[ada]}" "$@" <<'CLIENT'
const [address, token, ticket, after, epoch] = process.argv.slice(2)
const socket = new WebSocket(`ws://${address}/v1/ws`, 'helpline.v1')
const told = setTimeout(() => { console.error('no answer'); process.exit(1) }, 10_000)
socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', id: 1, token }))
socket.onmessage = ({ data }) => {
  const frame = JSON.parse(data)
  if (frame.type === 'welcome') {
    const held = after === undefined ? {} : { after: Number(after), epoch }
    socket.send(JSON.stringify({ type: 'subscribe', id: 2, ticket, ...held }))
  } else if (frame.type === 'subscribed' && !frame.more) {
    console.log(JSON.stringify({ reset: frame.reset, epoch: frame.epoch, head: frame.head }))
    clearTimeout(told)
    socket.close()
  } else if (frame.type === 'error') {
    console.error(data)
    process.exit(1)
  }
}
CLIENT
}

# The row count and a digest of each table. Unlogged tables are skipped, because a backup does not
# keep them.
digests() {
  superuser "$1" "select format('select %L, count(*), md5(coalesce(string_agg(t::text, E''\n'' order by t::text), '''')) from %s t;', c.oid::regclass, c.oid::regclass)
                  from pg_class c where c.relnamespace = 'helpline'::regnamespace and c.relkind = 'r' and c.relpersistence = 'p' order by c.relname" |
    "$bin/psql" -qXAt -v ON_ERROR_STOP=1 "postgres://postgres@127.0.0.1:$1/desk"
}
gapless() {
  local holes
  holes=$(superuser "$1" "select count(*) from (
      select h.ticket_id from helpline.support_ticket_heads h left join helpline.support_ticket_activity a on a.ticket_id = h.ticket_id
      group by h.ticket_id, h.seq, h.public_seq
      having count(a.seq) <> h.seq or max(a.seq) <> h.seq or count(a.public_seq) <> h.public_seq or max(a.public_seq) <> h.public_seq) x")
  [ "$holes" = 0 ] || fail "$holes histories have holes"
}

step "a desk on $("$bin/postgres" --version)"
cluster a "$port_a"
"$helpline" migrate --admin-database-url "$(admin_url "$port_a")" --runtime-password "$password" --first-admin "$grace" >/dev/null
serve "$port_a"
declare -A tokens=([ada]=$(token $ada Ada) [bob]=$(token $bob Bob) [grace]=$(token $grace Grace))
tickets=()
for n in 1 2 3 4 5; do
  for person in ada bob; do
    ticket=$(call $person POST /v1/tickets "{\"subject\":\"Ticket $n of $person\",\"category\":\"billing\",\"description\":\"First words of $person\"}" | field id)
    call grace POST "/v1/tickets/$ticket/messages" '{"body":"An answer"}' >/dev/null
    call grace POST "/v1/tickets/$ticket/messages" '{"body":"canary-of-a-note","internal":true}' >/dev/null
    call grace PATCH "/v1/tickets/$ticket" '{"status":"in_progress","priority":"high"}' >/dev/null
    [ $person = bob ] || tickets+=("$ticket")
  done
done
held=$(subscribe "${tickets[0]}")

step "pg_dump by the owner of the database"
if "$bin/pg_dump" --format=custom --file="$place/refused.dump" "$(admin_url "$port_a")" 2>"$place/refused"; then
  fail "pg_dump without --role worked: docs/backup.md says that it does not"
fi
"$bin/pg_dump" --role=helpline_owner --enable-row-security --schema=helpline --extension=pg_trgm --format=custom --file="$place/desk.dump" "$(admin_url "$port_a")"
stop_gateway
before=$(digests "$port_a")

bin=$target_bin
step "into another cluster, on $("$bin/postgres" --version)"
cluster b "$port_b"
"$helpline" migrate --roles-only --admin-database-url "$(admin_url "$port_b")" >/dev/null
"$bin/psql" -qX -v ON_ERROR_STOP=1 "$(admin_url "$port_b")" -c 'grant helpline_owner to current_user'
"$bin/pg_restore" --exit-on-error --single-transaction --dbname="$(admin_url "$port_b")" "$place/desk.dump"
after=$(digests "$port_b")
diff <(echo "$before") <(echo "$after") || fail "the tables differ"
[ "$(wc -l <<<"$after")" -ge 15 ] || fail "only $(wc -l <<<"$after") tables were compared"
gapless "$port_b"
applied=$("$helpline" migrate --admin-database-url "$(admin_url "$port_b")" --runtime-password "$password")
grep -q "up to date" <<<"$applied" || fail "migrate changed the restored database: $applied"

step "the copy serves"
serve "$port_b"
own=$(call ada GET '/v1/tickets?limit=50')
grep -q "of ada" <<<"$own" || fail "the customer's tickets are missing"
! grep -q "of bob" <<<"$own" || fail "a customer sees another one's tickets"
page=$(call ada GET "/v1/tickets/${tickets[0]}/activity?limit=50")
grep -q "An answer" <<<"$page" || fail "the customer's history is missing"
! grep -q canary <<<"$page" || fail "a note reached a customer"
call grace GET "/v1/tickets/${tickets[0]}/activity?limit=50" | grep -q canary || fail "staff do not see their note"
answer=$(subscribe "${tickets[0]}" "$(field head <<<"$held")" "$(field epoch <<<"$held")")
[ "$(field reset <<<"$answer")" = true ] || fail "a client with numbers of the old cluster is not reset: $answer"
call ada POST "/v1/tickets/${tickets[0]}/messages" '{"body":"After the restore"}' >/dev/null
ticket=$(call bob POST /v1/tickets '{"subject":"New","category":"billing","description":"New"}' | field ticket_number)
[ "$ticket" = TKT-000011 ] || fail "the numbers of tickets do not go on: $ticket"
gapless "$port_b"
held=$(subscribe "${tickets[0]}")
again=$(subscribe "${tickets[0]}" "$(field head <<<"$held")" "$(field epoch <<<"$held")")
[ "$(field reset <<<"$again")" = false ] || fail "a client that missed nothing is reset: $again"
stop_gateway

step "a restore that the database does not show, recorded by hand"
"$bin/psql" -qXAt -v ON_ERROR_STOP=1 "$(admin_url "$port_b")" -c 'set role helpline_owner' -c 'select helpline.helpline_record_restore()' >/dev/null
serve "$port_b"
again=$(subscribe "${tickets[0]}" "$(field head <<<"$held")" "$(field epoch <<<"$held")")
[ "$(field reset <<<"$again")" = true ] || fail "a client is not reset after a recorded restore: $again"
stop_gateway
echo "the copy is the desk: $(wc -l <<<"$after") tables with the same rows, every history whole, customers see their own, old numbers are reset"
