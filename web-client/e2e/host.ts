// A test server for a host page on its own origin, like a platform that embeds Helpline. It signs people in with a cookie and issues their
// tokens. A real server is needed, because Chromium forbids WebSockets to another origin in a page that Playwright itself has served.

import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { afterAll, beforeAll } from 'vitest'
import type { DemoPerson } from '../src/protocol/decode-rest.ts'
import { decodeToken } from '../src/protocol/decode-rest.ts'
import { CUSTOMERS } from './help.ts'

/** The host page's origin, which the desk allows. */
export const HOST = process.env['HELPLINE_E2E_HOST'] ?? ''
/** The host page's server under another host name. This makes another origin, which the desk does not allow. */
export const STRANGER = HOST.replace('127.0.0.1', 'localhost')

const STYLE = readFileSync(new URL('../demo/hostile.css', import.meta.url))
const PAGE = (script: string) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"><title>The platform</title></head>
<body><h1>The platform</h1><p><button id="own" type="button">A button of its own</button></p><section id="place" style="height: 100vh"></section>${script}</body></html>`

/** The example pages of docs/embedding.md. Each example's desk address is replaced with the address of the test's desk. */
const EXAMPLES = readFileSync(new URL('../../docs/embedding.md', import.meta.url), 'utf8').split('```html\n').slice(1).map((rest) => (rest.split('```')[0] ?? '').replaceAll('https://desk.example', CUSTOMERS))
/** The strict content security policy of docs/embedding.md, plus permission for the page's inline script. */
const POLICY = `default-src 'self'; script-src 'unsafe-inline' ${CUSTOMERS}; frame-src ${CUSTOMERS}; connect-src 'self' ${CUSTOMERS}; img-src data:`

const personOf = (request: IncomingMessage) => decodeURIComponent(/(?:^|;\s*)person=([^;]*)/.exec(request.headers.cookie ?? '')?.[1] ?? '')

async function tokenOf(user: string): Promise<string> {
  const answer = await fetch(`${CUSTOMERS}/dev/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }) })
  return decodeToken(await answer.json()) ?? ''
}

/**
 * Serves a platform's site. `/` is a plain page, `/scripted` has the widget's script, and `/with-widget` and `/support` are the documented
 * examples. `/token` and `/helpline-token` issue tokens. The returned `asked` lists the person's name for each token request.
 */
export function withHost(): { readonly asked: string[] } {
  const asked: string[] = []
  let server: Server | null = null
  beforeAll(async () => {
    if (HOST === '') throw new Error('set HELPLINE_E2E_HOST to an origin that the instances allow')
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', HOST)
      const html = (script: string) => response.setHeader('content-type', 'text/html').end(PAGE(script))
      switch (pathname) {
        case '/': return html('')
        case '/scripted': return html(`<script src="${CUSTOMERS}/widget.js"></script>`)
        case '/style.css': return response.setHeader('content-type', 'text/css').end(STYLE)
        case '/with-widget': return response.setHeader('content-security-policy', POLICY).setHeader('content-type', 'text/html').end(EXAMPLES[0])
        case '/support': return response.setHeader('content-type', 'text/html').end(`<!doctype html><html lang="en"><link rel="icon" href="data:,">${EXAMPLES[1]}`)
        case '/helpline-token':
        case '/token': {
          const person = personOf(request)
          asked.push(person)
          if (person === '') return response.writeHead(401).end()
          return void tokenOf(person).then((token) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ token })))
        }
        default: return response.writeHead(404).end()
      }
    })
    await new Promise<void>((done) => server?.listen(Number(new URL(HOST).port), done))
  })
  afterAll(async () => { await new Promise<unknown>((done) => { server?.close(done); server?.closeAllConnections() }) })
  return { asked }
}

export const cookieOf = ({ name }: DemoPerson) => ({ name: 'person', value: encodeURIComponent(name), url: HOST })
