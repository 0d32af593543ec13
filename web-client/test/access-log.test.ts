// Tests of the access log's client code: the filters in the query, paging, and the exported file.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { accessAsked, accessFaultsOf, accessFiltersOf, accessQueryOf, createAccessLog, NO_ACCESS_FILTERS } from '../src/client/access-log.ts'
import { download } from '../src/client/download.ts'
import type { AccessEntry, AccessPage } from '../src/protocol/generated.ts'
import { createRest } from '../src/rest/client.ts'
import type { Result } from '../src/rest/request.ts'
import { createAccessLogRest, type AccessQuery } from '../src/rest/access-log.ts'

const ID = '0198b3f2-0000-7000-8000-000000000001'
const entry = (id: number): AccessEntry => ({ id, at: '2026-03-01T12:00:00Z', user: null, action: 'ticket_opened', ticket: null, refused: null, ip: null, user_agent: null, detail: {}, detail_cut: false })

describe('filters', () => {
  test('are kept in the address, without those that filter nothing', () => {
    const filters = { user: ID, actions: ['ticket_opened', 'ticket_open_refused'], ticket: 'TKT-000042', isRefused: true, from: '2026-03-01', to: '2026-03-02' }
    expect(accessFiltersOf(accessQueryOf(filters))).toEqual(filters)
    expect(accessQueryOf(NO_ACCESS_FILTERS).toString()).toBe('')
    expect(accessFiltersOf(new URLSearchParams('refused=no&action=,&user= '))).toEqual(NO_ACCESS_FILTERS)
  })
  test('a last day is included, in the reader’s time zone, even on days with a clock change', () => {
    const zone = process.env['TZ']
    process.env['TZ'] = 'Europe/Vienna'
    try {
      expect(accessAsked({ ...NO_ACCESS_FILTERS, from: '2026-03-29', to: '2026-03-29' })).toEqual({ from: '2026-03-28T23:00:00.000Z', to: '2026-03-29T22:00:00.000Z' })
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
    expect(accessAsked({ ...NO_ACCESS_FILTERS, user: ID.toUpperCase(), ticket: 'tkt-000042', isRefused: true, actions: ['a', 'b'] })).toEqual({ user: ID, ticket: 'TKT-000042', refused: true, action: ['a', 'b'] })
    expect(accessAsked(NO_ACCESS_FILTERS)).toEqual({})
  })
  test('values that the server would refuse are found before the request', () => {
    const faults = (part: Partial<typeof NO_ACCESS_FILTERS>) => [...accessFaultsOf({ ...NO_ACCESS_FILTERS, ...part })]
    expect(faults({})).toEqual([])
    expect(faults({ user: ID, ticket: 'tkt-000042', from: '2026-03-01', to: '2026-03-01' })).toEqual([])
    expect(faults({ ticket: ID })).toEqual([])
    expect(faults({ user: 'grace', ticket: '42', from: '2026-02-30', to: '0202-01-01' })).toEqual(['user', 'ticket', 'from', 'to'])
    expect(faults({ from: '2026-03-02', to: '2026-03-01' })).toEqual(['order'])
    expect(faults({ from: '9999-01-01', to: '9999-12-31' })).toEqual(['from', 'to'])
    expect(faults({ to: '9998-12-31' })).toEqual([])
    expect(accessAsked({ ...NO_ACCESS_FILTERS, to: '9998-12-31' }).to).toMatch(/^\d{4}-/)
    expect(faults({ actions: ['ticket_opened', 'Tickets!'] })).toEqual(['action'])
    const recorded = ['ticket_opened', 'tickets_listed']
    expect([...accessFaultsOf({ ...NO_ACCESS_FILTERS, actions: ['ticket_opened'] }, recorded)]).toEqual([])
    expect([...accessFaultsOf({ ...NO_ACCESS_FILTERS, actions: ['ticket_opened', 'ticket_painted'] }, recorded)]).toEqual(['action'])
  })
})

describe('pages', () => {
  function logOf() {
    const asked: AccessQuery[] = []
    const answers: ((result: Result<AccessPage>) => void)[] = []
    const log = createAccessLog({ accessLog: (query) => { asked.push(query); return new Promise((resolve) => { answers.push(resolve) }) } })
    const page = (entries: readonly number[], next_cursor: string | null, searched_to: string | null = null): Result<AccessPage> => ({ ok: true, value: { entries: entries.map(entry), next_cursor, searched_to } })
    return { log, asked, answers, page, ids: () => log.entries.value?.map(({ id }) => id) ?? null }
  }
  test('follow each other by cursor, one at a time, up to the last', async () => {
    const { log, asked, answers, page, ids } = logOf()
    const first = log.begin({ refused: true })
    expect([ids(), log.isBusy.value]).toEqual([null, true])
    answers[0]?.(page([9, 8], 'c1'))
    await first
    const second = log.more()
    void log.more()
    answers[1]?.(page([], 'c2', '2026-01-01T00:00:00Z'))
    await second
    expect([ids(), log.hasMore.value, log.searchedTo.value]).toEqual([[9, 8], true, '2026-01-01T00:00:00Z'])
    const third = log.more()
    answers[2]?.(page([7], null))
    await third
    await log.more()
    expect([ids(), log.hasMore.value, log.searchedTo.value, log.isBusy.value]).toEqual([[9, 8, 7], false, null, false])
    expect(asked).toEqual([{ refused: true }, { refused: true, cursor: 'c1' }, { refused: true, cursor: 'c2' }])
  })
  test('the answer to an earlier query is discarded', async () => {
    const { log, answers, page, ids } = logOf()
    const [old, current] = [log.begin({}), log.begin({ refused: true })]
    answers[1]?.(page([2], null))
    await current
    answers[0]?.(page([1], 'c'))
    await old
    expect([ids(), log.hasMore.value]).toEqual([[2], false])
  })
  test('a failed page is reported, and requested again at its place', async () => {
    const { log, asked, answers, page, ids } = logOf()
    const first = log.begin({})
    answers[0]?.(page([3], 'c'))
    await first
    const failed = log.more()
    answers[1]?.({ ok: false, problem: { status: 0, code: 'unreachable', title: '', retry_after_ms: null, head: null } })
    await failed
    expect([ids(), log.problem.value?.code]).toEqual([[3], 'unreachable'])
    const again = log.more()
    answers[2]?.(page([2], null))
    await again
    expect([ids(), log.problem.value]).toEqual([[3, 2], null])
    expect(asked.slice(1)).toEqual([{ cursor: 'c' }, { cursor: 'c' }])
  })
})

describe('REST', () => {
  const open: (() => Promise<void>)[] = []
  afterEach(async () => { for (const close of open.splice(0)) await close() })

  interface Reply { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string; readonly isBroken?: boolean }

  async function team(reply: Reply) {
    const heard: { readonly url: string; readonly authorization: string }[] = []
    const server = createServer((request, response) => {
      heard.push({ url: request.url ?? '', authorization: request.headers.authorization ?? '' })
      response.writeHead(reply.status, reply.headers)
      if (reply.isBroken === true) response.write(reply.body, () => response.destroy())
      else response.end(reply.body)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    open.push(async () => { server.close(); server.closeAllConnections(); await once(server, 'close') })
    const address = server.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    return { heard, rest: createAccessLogRest(createRest({ fetch: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init), token: () => Promise.resolve('t'), features: () => [] })) }
  }
  const CSV = { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="access-log-2026-03-01.csv"' }

  test('a file is requested with the token and the filters, and keeps its name', async () => {
    const { heard, rest } = await team({ status: 200, headers: CSV, body: 'id,at\r\n1,now\r\n' })
    const result = await rest.accessLogFile({ action: ['a', 'b'], refused: true })
    expect(result.ok ? [result.value.name, await result.value.text()] : result).toEqual(['access-log-2026-03-01.csv', 'id,at\r\n1,now\r\n'])
    expect(heard).toEqual([{ url: '/v1/access-log/export?action=a%2Cb&refused=true', authorization: 'Bearer t' }])
  })
  test('a file without a name, or with a folder in its name, gets the default name', async () => {
    for (const disposition of ['attachment', 'attachment; filename="../x.csv"']) {
      const { rest } = await team({ status: 200, headers: { ...CSV, 'content-disposition': disposition }, body: 'id' })
      const result = await rest.accessLogFile({})
      expect(result.ok && result.value.name).toBe('access-log.csv')
    }
  })
  test('a refusal is reported by its code, and a file that breaks off is an error', async () => {
    const refused = await team({ status: 503, headers: { 'content-type': 'application/problem+json' }, body: '{"title":"","code":"overloaded","retry_after_ms":1000}' })
    expect(await refused.rest.accessLogFile({})).toMatchObject({ ok: false, problem: { code: 'overloaded', retry_after_ms: 1_000 } })
    const broken = await team({ status: 200, headers: { ...CSV, 'content-length': '1000' }, body: 'id,at\r\n', isBroken: true })
    expect(await broken.rest.accessLogFile({})).toMatchObject({ ok: false, problem: { code: 'unreachable' } })
  })
  test('pages and actions are decoded as the server writes them', async () => {
    const page = { entries: [entry(7)], next_cursor: 'c', searched_to: null }
    const { heard, rest } = await team({ status: 200, headers: {}, body: JSON.stringify(page) })
    expect(await rest.accessLog({ user: ID, cursor: 'c0' })).toEqual({ ok: true, value: page })
    expect(heard[0]?.url).toBe(`/v1/access-log?user=${ID}&cursor=c0`)
    const actions = await team({ status: 200, headers: {}, body: '{"actions":["access_log_read"]}' })
    expect(await actions.rest.accessLogActions()).toEqual({ ok: true, value: { actions: ['access_log_read'] } })
  })
})

test('a download has its own name, and its URL is revoked once the browser has read it', () => {
  const log: string[] = []
  const link = { href: '', download: '', click() { log.push(`click ${this.href} ${this.download}`) } }
  let later = () => {}
  download(new File(['x'], 'a.csv'), { link: () => link, urls: { createObjectURL: () => 'blob:1', revokeObjectURL: (url) => { log.push(`gone ${url}`) } }, time: { after: (_ms, call) => { later = call; return () => {} } } })
  expect(log).toEqual(['click blob:1 a.csv'])
  later()
  expect(log).toEqual(['click blob:1 a.csv', 'gone blob:1'])
})
