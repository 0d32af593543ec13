// Tests of the sign-in and its tokens: whatever the embedding web site's token function does, and however wrong the device's clock is.

import { createServer } from 'node:http'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { compared, createTokenAuth, keeping, ownerOf } from '../src/client/auth.ts'
import { loadConfig } from '../src/client/config.ts'
import { createInboxWatch } from '../src/connection/inbox-watch.ts'
import { createSession } from '../src/connection/session.ts'
import { socketTo, scriptedServer, until, welcome } from './help/scripted-server.ts'
import { manualClock } from './help/ticket-server.ts'

const open: (() => void | Promise<void>)[] = []
afterEach(async () => { for (const close of open.splice(0).toReversed()) await close() })

const ADA = '0190aaaa-0000-7000-8000-000000000001'
const CARL = '0190aaaa-0000-7000-8000-000000000002'
const AUTH0 = 'auth0|64b7F1'
const jwt = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`
const ofUser = (sub: string) => jwt({ sub, iat: 1_700_000_000, exp: 1_700_000_300 })

/** Starts a server for the desk's `/v1/me`. The server returns the person whose id is in the request's token. */
async function client(): Promise<string> {
  const server = createServer((request, response) => {
    const payload = request.headers.authorization?.split('.')[1] ?? ''
    const claims: { sub?: string } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    response.setHeader('content-type', 'application/json')
    const id = claims.sub === AUTH0 ? ADA : claims.sub
    response.end(JSON.stringify({ user: { id, name: id === ADA ? 'Ada' : 'Carl', email: null }, role: null }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(() => new Promise((done) => { server.closeAllConnections(); server.close(() => done()) }))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

describe('one person', () => {
  test('is looked up again when the platform gives another person’s token, which is not used for the first person’s requests', async () => {
    let token: string | null = ofUser(ADA)
    const auth = createTokenAuth(await client(), () => Promise.resolve(token))
    await until('in', () => auth.state.value.kind === 'in')
    const ada = auth.state.value
    if (ada.kind !== 'in') throw new Error('in')
    expect((await ada.tokens(false))?.token).toBe(token)
    token = ofUser(CARL)
    expect(await ada.tokens(true), "another's token is given to nobody").toBeNull()
    expect(auth.state.value.kind).not.toBe('in')
    await until('the other one is in', () => auth.state.value.kind === 'in')
    const carl = auth.state.value
    expect(carl).toMatchObject({ kind: 'in', identity: { id: CARL, name: 'Carl' } })
    expect(await ada.tokens(false), 'what is left of the first one gets nothing').toBeNull()
    expect(auth.state.value).toBe(carl)
  })
  test('is signed out at once when the platform says so', async () => {
    let token: string | null = ofUser(ADA)
    const auth = createTokenAuth(await client(), () => Promise.resolve(token))
    await until('in', () => auth.state.value.kind === 'in')
    const ada = auth.state.value
    token = null
    if (ada.kind === 'in') expect(await ada.tokens(true)).toBeNull()
    expect(auth.state.value.kind).toBe('out')
  })
  test('who is signed out gets in again only with a new token', async () => {
    let asked = 0
    const auth = createTokenAuth(await client(), () => Promise.resolve(asked++ === 0 ? ofUser(ADA) : null))
    await until('in', () => auth.state.value.kind === 'in')
    auth.left(ADA, 'signed_out')
    auth.retry()
    await until('the platform has been asked', () => auth.state.value.kind === 'out')
    expect(asked).toBe(2)
  })
  test('is the same in every spelling of their id', async () => {
    let token = ofUser(ADA)
    const auth = createTokenAuth(await client(), () => Promise.resolve(token))
    await until('in', () => auth.state.value.kind === 'in')
    const ada = auth.state.value
    token = ofUser(ADA.toUpperCase().replaceAll('-', ''))
    if (ada.kind === 'in') expect((await ada.tokens(true))?.token).toBe(token)
    expect(auth.state.value).toBe(ada)
  })
  test('whose subject is no UUID is the same only for the same issuer and spelling', async () => {
    const ofIssuer = (iss: string, sub: string) => jwt({ iss, sub, iat: 1_700_000_000, exp: 1_700_000_300 })
    for (const other of [ofIssuer('https://b.example', AUTH0), ofIssuer('https://a.example', AUTH0.toUpperCase()), ofUser(CARL)]) {
      let token = ofIssuer('https://a.example', AUTH0)
      const auth = createTokenAuth(await client(), () => Promise.resolve(token))
      await until('in', () => auth.state.value.kind === 'in')
      const ada = auth.state.value
      if (ada.kind !== 'in') throw new Error('in')
      expect(ada.identity.id).toBe(ADA)
      token = jwt({ sub: AUTH0, iss: 'https://a.example', iat: 1_700_000_100, exp: 1_700_000_400 })
      expect((await ada.tokens(true))?.token).toBe(token)
      expect(auth.state.value).toBe(ada)
      token = other
      expect(await ada.tokens(true), "another's token is given to no one").toBeNull()
    }
  })
})

describe('tokens of any lifetime, and a clock that is wrong', () => {
  /**
   * Counts the requests for a token to the embedding site during ten minutes of a live session. Tokens are valid for `life_s`
   * seconds, and the device's clock is wrong by `skew_ms`.
   */
  async function asked(life_s: number, skew_ms: number, hasBegin = true): Promise<number> {
    const time = manualClock()
    let n = 0
    const tokens = keeping(() => {
      n++
      const real = Math.floor((1_700_000_000_000 + time.now() - skew_ms) / 1_000)
      return Promise.resolve(jwt({ sub: ADA, ...(hasBegin ? { iat: real } : {}), exp: real + life_s }))
    }, { now: () => 1_700_000_000_000 + time.now(), after: time.after })
    const server = await scriptedServer((link, frame) => {
      if (frame['type'] === 'hello') welcome(link, frame, 3_600_000)
      if (frame['type'] === 'token') link.say({ type: 'ok', id: frame['id'] })
    })
    open.push(() => server.close())
    const session = createSession({ sockets: () => socketTo(server.url), clock: { now: () => 1_700_000_000_000 + time.now(), after: time.after }, random: () => 0, tokens, user: 'u1', watch: createInboxWatch })
    open.push(() => session.stop())
    session.start()
    await until('live', () => session.state().kind === 'live')
    for (let minute = 0; minute < 10; minute++) for (let second = 0; second < 60; second += 5) {
      const before = n
      time.pass(5_000)
      await new Promise((resolve) => setTimeout(resolve, n > before ? 8 : 0))
    }
    return n
  }
  const HOURS_MS = 3_600_000
  test.each([
    ['five minutes, the right time', 300, 0], ['five minutes, ten minutes fast', 300, 600_000], ['five minutes, hours fast', 300, 3 * HOURS_MS], ['five minutes, hours slow', 300, -3 * HOURS_MS],
    ['an hour, the right time', 3_600, 0], ['an hour, a day fast', 3_600, 24 * HOURS_MS],
  ])('%s: asks a few times in ten minutes', async (_name, life_s, skew_ms) => {
    const n = await asked(life_s, skew_ms)
    expect(n).toBeGreaterThanOrEqual(1)
    expect(n).toBeLessThanOrEqual(5)
  })
  test('five minutes, four and a half of them lost to the clock: asks at most twice a minute', async () => {
    expect(await asked(300, 270_000)).toBeLessThanOrEqual(20)
  })
  test('without an issue time, on a clock that is hours fast: the server reports the expiry', async () => {
    expect(await asked(300, 3 * HOURS_MS, false)).toBe(1)
  })
  test('thirty seconds: asks when half of it is gone, not every second', async () => {
    const n = await asked(30, 0)
    expect(n).toBeGreaterThanOrEqual(20)
    expect(n).toBeLessThanOrEqual(45)
  })
  test('concurrent callers share one request to the platform', async () => {
    let n = 0
    const tokens = keeping(() => { n++; return new Promise((given) => setTimeout(() => given(jwt({ sub: ADA, iat: 1, exp: 2 })), 10)) })
    await Promise.all(Array.from({ length: 8 }, (_, index) => tokens(index % 2 === 0)))
    expect(n).toBe(1)
  })
  test('a platform that never answers is given up, and asked again', async () => {
    const time = manualClock()
    let n = 0
    const tokens = keeping(() => (++n === 1 ? new Promise(() => {}) : Promise.resolve('opaque')), time)
    const first = tokens(false)
    time.pass(20_000)
    await expect(first).rejects.toThrow('no token in time')
    expect((await tokens(false))?.token).toBe('opaque')
    const failing = keeping(() => { throw new Error('at once') }, time)
    await expect(failing(false)).rejects.toThrow('at once')
  })
})

test('a blocked person is told so, and not that they are signed out', async () => {
  const server = createServer((_request, response) => { response.writeHead(403, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ status: 403, code: 'blocked', title: 'this account is blocked' })) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(() => new Promise((done) => { server.closeAllConnections(); server.close(() => done()) }))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const auth = createTokenAuth(`http://127.0.0.1:${address.port}`, () => Promise.resolve(ofUser(ADA)))
  await until('told', () => auth.state.value.kind !== 'working')
  expect(auth.state.value.kind).toBe('blocked')
})

test('a desk that does not answer is reported, with a way to retry', async () => {
  const server = createServer(() => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(() => new Promise((done) => { server.closeAllConnections(); server.close(() => done()) }))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const origin = `http://127.0.0.1:${address.port}`
  Reflect.set(globalThis, 'location', { origin })
  open.push(() => { Reflect.deleteProperty(globalThis, 'location') })
  await expect(loadConfig(origin, 100)).rejects.toThrow('no config')
})

test('only a token with another subject, or none, belongs to another person', () => {
  const owner = ownerOf('ada', 'https://issuer.test')
  expect(compared(jwt({ sub: 'ada', iss: 'https://issuer.test' }), owner)).toBe('same')
  expect(compared(jwt({ sub: 'carl', iss: 'https://issuer.test' }), owner)).toBe('other')
  expect(compared(null, owner)).toBe('other')
  for (const token of ['', 'no token', jwt({})]) expect(compared(token, owner)).toBe('unknown')
  expect(compared(jwt({ sub: 'ada' }), null)).toBe('unknown')
})
