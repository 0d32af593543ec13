// Browser tests with malicious texts in all three apps. Such a text opens no dialog, sends no request, causes no error, and is shown as
// plain text.

import { beforeAll, expect, test } from 'vitest'
import type { Frame, Page } from 'playwright-core'
import { T } from '../src/testids.ts'
import { CUSTOMERS, id, message, openTicket, openWidget, people, rest, say, TEAM, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

const PAYLOADS = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  "'-alert(1)-'",
  '<iframe src="//example.com"></iframe>',
  '</textarea><script src="https://example.com/x.js"></script>',
  '<a href="javascript:alert(1)">a</a>',
  '[click](javascript:alert(1))',
  '[click](JaVaScRiPt:alert(1))',
  '[click](&#106;avascript:alert(1))',
  '[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[click](vbscript:msgbox(1))',
  '![image](https://example.com/pixel.png)',
  '![x](x"onerror="alert(1))',
  '<style>@import "https://example.com/x.css"</style>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<form action="https://example.com"><button>go</button></form>',
  '{{constructor.constructor("alert(1)")()}}',
  '`<b>code</b>` **<i>bold</i>** _<u>it</u>_',
  '\u202Egnp.exe \u2066hidden\u2069',
  '[a]: javascript:alert(1)\n[a]',
  '<https://example.com/"onmouseover="alert(1)>',
  '**'.repeat(200) + '_'.repeat(200) + '['.repeat(200),
]

const FORBIDDEN = '[data-testid="thread"] :is(img, iframe, script, style, form, object, embed, link, math, table), [data-testid="thread"] a:not([href^="http"]):not([href^="mailto:"])'

async function harmless(place: Page | Frame, page: Page, base: string, faults: readonly string[], requests: readonly string[]) {
  await message(place, 'alert(1)').first().waitFor()
  expect(await place.locator(FORBIDDEN).count()).toBe(0)
  for (const link of await place.locator(`${id(T.messageBody)} a`).all()) {
    expect(await link.getAttribute('rel')).toContain('noopener')
    expect(await link.getAttribute('href')).toMatch(/^(https?|mailto):/)
  }
  expect(requests.filter((url) => !url.startsWith(base) && !url.startsWith('data:'))).toEqual([])
  expect(faults).toEqual([])
  expect(page.url()).toContain(base)
}

test('in the support page, the console and the widget', async () => {
  const ticket = await openTicket(who.customer, { subject: PAYLOADS[0] ?? '', description: PAYLOADS.join('\n') })
  for (const body of PAYLOADS) await rest(who.customer, 'POST', `/tickets/${ticket.id}/messages`, { body })
  for (const [base, path, person] of [[CUSTOMERS, '/support', who.customer], [TEAM, '/admin/support', who.agent]] as const) {
    const place = await context()
    const requests: string[] = []
    place.on('request', (request) => requests.push(request.url()))
    const seen = await visit(place, base, `${path}/${ticket.number}`, person)
    await seen.page.locator(`${id(T.messageBody)} strong`).first().waitFor()
    await say(seen.page, `${person.name} ${PAYLOADS.slice(0, 5).join(' ')}`)
    await message(seen.page, `${person.name} ${PAYLOADS[0]}`, 'stored').first().waitFor()
    expect(await seen.page.locator(id(T.ticketSubject)).innerText()).toBe(PAYLOADS[0])
    await harmless(seen.page, seen.page, base, seen.faults, requests)
  }
  const place = await context()
  const requests: string[] = []
  place.on('request', (request) => requests.push(request.url()))
  const seen = await openWidget(place, CUSTOMERS, who.customer)
  await seen.frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await seen.frame.locator(`${id(T.messageBody)} strong`).first().waitFor()
  await harmless(seen.frame, seen.page, CUSTOMERS, seen.faults, requests)
})

test('light Markdown is rendered, links are safe, and other marks are shown as written', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  const body = 'A **bold** and _slanted_ `code`\n\n- one\n- two\n\n1. first\n\nSee https://example.org/a?b=c\n\n# no heading'
  await page.locator(id(T.composerInput)).fill(body)
  await page.keyboard.press('Enter')
  const shown = message(page, 'bold').last()
  await shown.locator('strong', { hasText: 'bold' }).waitFor()
  expect(await shown.locator('em').innerText()).toBe('slanted')
  expect(await shown.locator('code').innerText()).toBe('code')
  expect(await shown.locator('li').count()).toBe(3)
  expect(await shown.locator('a').getAttribute('href')).toBe('https://example.org/a?b=c')
  expect(await shown.locator('a').getAttribute('target')).toBe('_blank')
  expect(await shown.locator('h1').count()).toBe(0)
  expect(await shown.innerText()).toContain('# no heading')
})
