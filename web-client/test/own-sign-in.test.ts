// Tests of sign-in on Helpline's own pages through an OpenID provider: the link to it, its result, and signing out. A few lines simulate
// the browser.

import { createServer } from 'node:http'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { createMemoryRouter, type Router } from '../src/client/memory-router.ts'
import { createOwnSignIn } from '../src/client/own-sign-in.ts'

const open: (() => void)[] = []
afterEach(() => { for (const close of open.splice(0)) close() })

function at(pathname: string, search = ''): Router {
  Object.defineProperty(globalThis, 'location', { value: { pathname, search }, configurable: true })
  open.push(() => Reflect.deleteProperty(globalThis, 'location'))
  const router = createMemoryRouter('/support')
  router.setQuery(new URLSearchParams(search))
  return router
}

const returnOf = (href: string) => new URL(href, 'http://desk').searchParams.get('return')

describe('the way to the provider', () => {
  test('leads back to the page with its query', () => {
    const own = createOwnSignIn('/oidc/sign-in', '/oidc/sign-out', at('/admin/support/TKT-000001', '?view=all&q=a%20b'))
    expect(returnOf(own.href())).toBe('/admin/support/TKT-000001?view=all&q=a%20b')
  })
  test('leaves out what the desk would not accept', () => {
    expect(returnOf(createOwnSignIn('/oidc/sign-in', '/oidc/sign-out', at('/support', `?q=${'a'.repeat(500)}`)).href())).toBe('/support')
    expect(createOwnSignIn('/oidc/sign-in', '/oidc/sign-out', at(`/support/${'a'.repeat(500)}`)).href()).toBe('/oidc/sign-in')
  })
})

describe('the result', () => {
  test('is read once, and removed from the address', () => {
    const router = at('/support', '?a=b&sign_in=denied')
    expect(createOwnSignIn('/oidc/sign-in', '/oidc/sign-out', router).refused.value).toBe('denied')
    expect(router.place.value.query.toString()).toBe('a=b')
    expect(createOwnSignIn('/oidc/sign-in', '/oidc/sign-out', router).refused.value).toBeNull()
  })
  test('is empty for an unknown word', () => {
    const router = at('/support', '?sign_in=%3Cscript%3E')
    expect(createOwnSignIn('/oidc/sign-in', '/oidc/sign-out', router).refused.value).toBeNull()
    expect(router.place.value.query.has('sign_in')).toBe(false)
  })
})

describe('sign-out', () => {
  async function answering(status: number, body: string): Promise<string> {
    const server = createServer((_, response) => { response.statusCode = status; response.end(body) })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    open.push(() => server.close())
    const address = server.address()
    return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/`
  }
  test.each([
    [200, '{"next":"https://id.example/end"}', { next: 'https://id.example/end' }],
    [200, '{"next":null}', { next: null }],
    [200, '{"next":"javascript:alert(1)"}', { next: null }],
    [403, '{}', null],
    [200, 'no JSON', null],
  ])('%i %s', async (status, body, expected) => {
    const own = createOwnSignIn('/oidc/sign-in', await answering(status, body), at('/support'))
    expect(await own.signOut()).toEqual(expected)
  })
  test('fails if the desk cannot be reached', async () => {
    expect(await createOwnSignIn('/oidc/sign-in', 'http://127.0.0.1:1/', at('/support')).signOut()).toBeNull()
  })
})
