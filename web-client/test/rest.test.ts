// Tests of the REST client with a real HTTP server.

import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { claimsOf } from '../src/client/auth.ts'
import { isObject, type Json } from '../src/protocol/narrow.ts'
import { createRest } from '../src/rest/client.ts'
import { postMessage } from '../src/rest/post-message.ts'
import { createFirstRest } from '../src/rest/first.ts'
import { createTeamRest } from '../src/rest/team.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

interface Reply { readonly status: number; readonly type?: string; readonly body: string }

async function client(answer: (request: IncomingMessage, n: number, sent: string) => Reply, tokens: (fresh: boolean) => Promise<string | null> = () => Promise.resolve('t'), features: readonly string[] = []) {
  let n = 0
  const server = createServer((request, response) => {
    let sent = ''
    request.on('data', (piece) => { sent += String(piece) })
    request.on('end', () => {
      const { status, type = 'application/json', body } = answer(request, ++n, sent)
      response.writeHead(status, { 'content-type': type }).end(body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(async () => { server.close(); server.closeAllConnections(); await once(server, 'close') })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return createRest({ fetch: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init), token: tokens, features: () => features })
}

describe('REST', () => {
  test('sends the token, and an idempotency key with requests that create something', async () => {
    const heard: IncomingMessage['headers'][] = []
    const rest = await client((request) => { heard.push(request.headers); return { status: 201, body: '{"seq":3,"at":"now","duplicate":false}' } })
    expect(await postMessage(rest, 'id', { body: 'x' }, 'key-1')).toEqual({ ok: true, value: { seq: 3, at: 'now', duplicate: false } })
    expect(heard[0]).toMatchObject({ authorization: 'Bearer t', 'idempotency-key': 'key-1' })
  })
  test('the assignee that was seen is sent only to a server that supports it; others get the change without it', async () => {
    const patch = { assigned_to: 'me', if_assigned_to: 'nobody' }
    const unknown = { status: 422, type: 'application/problem+json', body: '{"type":"about:blank","title":"if_assigned_to: no such field","status":422,"code":"unknown_field"}' }
    for (const [features, sent] of [[[], [{ assigned_to: 'me' }]], [['if_assigned_to'], [patch, { assigned_to: 'me' }]]] as const) {
      const heard: unknown[] = []
      const rest = await client((_request, _n, body) => {
        const asked: unknown = JSON.parse(body)
        heard.push(asked)
        return isObject(asked) && 'if_assigned_to' in asked ? unknown : { status: 409, body: '{"title":"","code":"conflict","assigned_to":{"id":"g","name":"Grace"}}' }
      }, undefined, features)
      expect(await createTeamRest(rest).changeTicket('id', patch)).toMatchObject({ ok: false, problem: { code: 'conflict', assigned_to: { id: 'g', name: 'Grace' } } })
      expect(heard).toEqual(sent)
    }
  })
  describe('a note', () => {
    const STORED = { status: 201, body: '{"seq":3,"at":"now","duplicate":false}' }
    const unknown = (field: string) => ({ status: 422, type: 'application/problem+json', body: `{"type":"about:blank","title":"${field}: no such field","status":422,"code":"unknown_field"}` })
    /** For each release of the server: how it interprets a message's flags. */
    const servers = {
      before: (flags: Json) => (flags['is_internal'] === true ? 'note' : 'public'),
      between: (flags: Json) => (flags['internal'] === true || flags['is_internal'] === true ? 'note' : 'public'),
      ours: (flags: Json) => ('is_internal' in flags ? 'refused' : flags['internal'] === true ? 'note' : 'public'),
    }
    const named = { before: [], between: ['strict_fields', 'rest_send_names'], ours: ['strict_fields', 'rest_send_names'] }
    // Each pair names two releases of the server: the client got its features from the first, and sends its request to the second. There is
    // no pair of a later release and `before`, because a server of the release `before` cannot share a database with later releases.
    const pairs = [['before', 'before'], ['before', 'between'], ['before', 'ours'], ['between', 'between'], ['between', 'ours'], ['ours', 'between'], ['ours', 'ours']] as const
    test.each(pairs)('is never public: features of the build %s, request at the build %s', async (asked, answering) => {
      const made: string[] = []
      const rest = await client((_request, _n, sent) => {
        const body: unknown = JSON.parse(sent)
        const flags = isObject(body) ? body : {}
        const outcome = servers[answering](flags)
        made.push(outcome)
        return outcome === 'refused' ? unknown('is_internal') : STORED
      }, undefined, named[asked])
      expect(await postMessage(rest, 'id', { body: 'for the team', internal: true }, 'key-1')).toMatchObject({ ok: true })
      expect(made).not.toContain('public')
      expect(made.at(-1)).toBe('note')
    })
    test('and a message without the flag is sent without it', async () => {
      const bodies: string[] = []
      const rest = await client((_request, _n, sent) => { bodies.push(sent); return STORED }, undefined, named.ours)
      await postMessage(rest, 'id', { body: 'x', based_on: 3 }, 'key-1')
      expect(bodies).toEqual(['{"body":"x","based_on":3}'])
    })
  })
  test('repeats a refused request once with a fresh token, and not again', async () => {
    const asked: boolean[] = []
    const rest = await client(
      () => ({ status: 401, type: 'application/problem+json', body: '{"code":"token_expired","title":"","status":401}' }),
      (fresh) => { asked.push(fresh); return Promise.resolve('t') },
    )
    expect(await createTeamRest(rest).stats()).toMatchObject({ ok: false, problem: { code: 'token_expired', status: 401 } })
    expect(asked).toEqual([false, true])
  })
  test('a refusal is reported by its code; an answer of a proxy has none', async () => {
    const rest = await client((_request, n) => (n < 3
      ? { status: 409, type: 'application/problem+json', body: `{"type":"about:blank","title":"no","status":409,"code":"${n === 1 ? 'invalid_transition' : 'invalid_move'}"}` }
      : { status: 502, type: 'text/html', body: '<h1>Bad gateway</h1>' }))
    expect(await rest.changeTicket('id', { status: 'open' })).toMatchObject({ ok: false, problem: { code: 'invalid_transition' } })
    // A server of the previous release sends the former name `invalid_move`. The client maps it to the new name `invalid_transition`.
    expect(await rest.changeTicket('id', { status: 'open' })).toMatchObject({ ok: false, problem: { code: 'invalid_transition' } })
    expect(await rest.changeTicket('id', { status: 'open' })).toMatchObject({ ok: false, problem: { code: 'unreadable', status: 502 } })
  })
  test('a missing server and a missing token are reported as unreachable', async () => {
    const rest = createRest({ fetch: () => fetch('http://127.0.0.1:1/'), token: () => Promise.resolve('t'), features: () => [] })
    expect(await createTeamRest(rest).stats()).toMatchObject({ ok: false, problem: { code: 'unreachable' } })
    const tokenless = createRest({ fetch: () => fetch('http://127.0.0.1:1/'), token: () => Promise.reject(new Error('offline')), features: () => [] })
    expect(await createTeamRest(tokenless).stats()).toMatchObject({ ok: false, problem: { code: 'unreachable' } })
  })
  test('names and numbers in paths and queries are escaped', async () => {
    const paths: string[] = []
    const rest = await client((request) => { paths.push(request.url ?? ''); return { status: 404, body: '{}' } })
    await rest.ticket('../me?x=1')
    await createTeamRest(rest).allTickets({ search: 'a&b=c', status: ['open', 'closed'] })
    expect(paths).toEqual(['/v1/tickets/..%2Fme%3Fx%3D1', '/v1/tickets?scope=all&search=a%26b%3Dc&status=open%2Cclosed'])
  })
})

test("a token's expiry is read from its claims, and from nothing else", () => {
  const token = (claims: string) => `h.${btoa(claims).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}.s`
  expect(claimsOf(token('{"exp":1700000000,"iat":1699999700,"sub":"AB-CD"}'))).toEqual({ owner: '["","AB-CD"]', issued_ms: 1_699_999_700_000, ends_ms: 1_700_000_000_000 })
  expect([token('{"exp":"soon"}'), token('nonsense'), 'opaque', '', 'a.%%%.c'].map((one) => claimsOf(one).ends_ms)).toEqual([null, null, null, null, null])
})

test('availability is requested once while its answer is valid; a failed request is repeated', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const statuses = [503, 200, 200]
  let asked = 0
  const rest = createFirstRest(() => Promise.resolve(Response.json({ open: false }, { status: statuses[asked++] ?? 200 })), () => Promise.resolve('t'))
  expect((await rest.availability()).ok).toBe(false)
  expect((await rest.availability()).ok).toBe(true)
  expect((await Promise.all([rest.availability(), rest.availability()])).map(({ ok }) => ok)).toEqual([true, true])
  expect(asked).toBe(2)
  vi.setSystemTime(Date.now() + 5_000)
  expect((await rest.availability()).ok).toBe(true)
  expect(asked).toBe(3)
  vi.useRealTimers()
})
