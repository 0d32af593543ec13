// Files of messages: chosen, pasted, dropped; with a broken network; refused; and not to be reached by those who may not read them.

import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Frame, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isObject, parseJson, type Json } from '../src/protocol/narrow.ts'
import { T } from '../src/testids.ts'
import { bothThemes } from './axe.ts'
import { CUSTOMERS, eventually, id, message, openTicket, openWidget, people, rest, TEAM, tokenOf, unique, visit, withBrowser, type People, type Visit } from './help.ts'
import { picture, png, text, type GivenFile } from './picture.ts'
import { withProxy } from './proxy.ts'

const context = withBrowser()
const way = withProxy()
let who: People
beforeAll(async () => { who = await people() })
const place = mkdtempSync(join(tmpdir(), 'helpline-drops-'))
afterAll(() => rmSync(place, { recursive: true }))

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const chip = (page: Page | Frame, name: string, state = 'stored') => page.locator(id(T.attachFile, `[data-name="${name}"][data-state="${state}"]`))
const file = (page: Page | Frame, name: string, more = '') => page.locator(id(T.file, more)).filter({ hasText: name.replace(/\.\w+$/, '') })
const choose = (page: Page | Frame, ...files: readonly GivenFile[]) => page.locator(id(T.attachInput)).setInputFiles([...files])

/** Pastes files into the composer, or drops them on the element. Returns whether the page has taken the event. */
function hand(page: Page, type: 'paste' | 'drop', target: string, files: readonly GivenFile[]): Promise<boolean> {
  const given = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString('base64') }))
  return page.evaluate(([how, where, all]) => {
    const transfer = new DataTransfer()
    for (const one of all) transfer.items.add(new File([Uint8Array.from(atob(one.base64), (sign) => sign.charCodeAt(0))], one.name, { type: one.mimeType }))
    const element = document.querySelector(where)
    const init = { bubbles: true, cancelable: true }
    const event = how === 'paste' ? new ClipboardEvent('paste', { ...init, clipboardData: transfer }) : new DragEvent('drop', { ...init, dataTransfer: transfer })
    element?.dispatchEvent(event)
    return event.defaultPrevented
  }, [type, target, given] as const)
}

/** Drags a file of the device over the middle of the element and drops it there, as the browser's own events. */
async function drag(page: Page, target: string, name: string): Promise<void> {
  const path = join(place, name)
  writeFileSync(path, 'dragged')
  const box = await page.locator(target).first().boundingBox()
  if (box === null) throw new Error(`no ${target}`)
  const devtools = await page.context().newCDPSession(page)
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, data: { items: [], files: [path], dragOperationsMask: 1 } }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await devtools.send('Input.dispatchDragEvent', { type, ...at })
  await devtools.detach()
}

/** Downloads a message's file by its button, as the browser saves it. */
async function download(page: Page, name: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [saved] = await Promise.all([page.waitForEvent('download'), file(page, name).locator(id(T.fileDownload)).first().click()])
  return { name: saved.suggestedFilename(), bytes: readFileSync(await saved.path()) }
}

// A check that fails is repeated after some seconds, and then each minute.
const CHECKED = { timeout: 90_000 }

test('files are chosen, pasted and dropped, sent without a text, and seen by both sides', async () => {
  const ticket = await openTicket(who.customer)
  const ada = await visit(await context({ acceptDownloads: true }), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  const grace = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  const letter = text('要求 2026.txt', 5_000)
  await choose(ada.page, png('chosen.png'), letter)
  expect(await hand(ada.page, 'paste', id(T.composerInput), [png('pasted.png')])).toBe(true)
  await chip(ada.page, 'pasted.png').waitFor()
  expect(await hand(ada.page, 'drop', id(T.timeline), [text('dropped.txt')])).toBe(true)
  for (const name of ['chosen.png', letter.name, 'pasted.png', 'dropped.txt']) await chip(ada.page, name).waitFor()
  expect(await hand(ada.page, 'drop', '.side', [text('beside.txt')]), 'a file that is dropped beside the conversation does not replace the page').toBe(true)
  expect(await ada.page.locator(id(T.attachFile)).count()).toBe(4)
  await ada.page.locator(id(T.toast)).filter({ hasText: 'beside.txt' }).waitFor()
  await ada.page.locator(id(T.composerSend)).click()
  await eventually('all files are in the history', async () => (await ada.page.locator(id(T.message, '[data-state="stored"]')).locator(id(T.file)).count()) === 4)
  expect(await ada.page.locator(id(T.attachFile)).count()).toBe(0)
  await file(grace.page, letter.name, '[data-state="not_scanned"]').waitFor(CHECKED)
  await eventually('the previews', async () => (await grace.page.locator(id(T.filePreview, '[data-shown="true"]')).count()) === 2)
  const saved = await download(ada.page, letter.name)
  expect([saved.name, sha(saved.bytes)]).toEqual([letter.name, sha(letter.buffer)])
  expect([...ada.faults, ...grace.faults]).toEqual([])
})

test('an upload that is cut at 60 % completes when the network is back, and the message that waits for it is sent', async () => {
  const ticket = await openTicket(who.customer)
  const ada = await visit(await context({ acceptDownloads: true }), way.base, `/support/${ticket.number}`, who.customer)
  const network = await ada.context.newCDPSession(ada.page)
  await network.send('Network.enable')
  // Slow enough to see the progress.
  await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 400_000 })
  const large = { name: 'large.bin', mimeType: 'application/octet-stream', buffer: Buffer.from(Array.from({ length: 2_000_000 }, (_, at) => (at * 31 + (at >> 8)) % 251)) }
  await choose(ada.page, large)
  const words = unique('with a large file')
  await ada.page.locator(id(T.composerInput)).fill(words)
  await ada.page.locator(id(T.composerSend)).click()
  const waiting = message(ada.page, words, 'waiting')
  await eventually('60 %', async () => Number(/(\d+)/.exec(await waiting.locator(id(T.fileState)).innerText())?.[1] ?? 0) >= 60)
  way.set('shut')
  await waiting.locator(id(T.file, '[data-state="pausing"]')).waitFor()
  expect(await waiting.count(), 'visible, and not sent').toBe(1)
  way.set('open')
  await message(ada.page, words, 'stored').waitFor()
  await file(ada.page, 'large', '[data-state="not_scanned"]').waitFor(CHECKED)
  expect(sha((await download(ada.page, 'large.bin')).bytes)).toBe(sha(large.buffer))
})

test('a draft keeps its files across a reload, and a removed one is not sent', async () => {
  const ticket = await openTicket(who.customer)
  const { page, faults } = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await choose(page, png('kept.png'), text('removed.txt'))
  await chip(page, 'kept.png').waitFor()
  await chip(page, 'removed.txt').waitFor()
  await page.reload()
  await chip(page, 'kept.png').waitFor()
  await chip(page, 'removed.txt').locator(id(T.attachRemove)).press('Enter')
  await eventually('the focus goes to the next file', () => page.evaluate(() => document.activeElement?.getAttribute('data-testid') === 'attach-remove'))
  await page.locator(id(T.composerSend)).click()
  await file(page, 'kept.png', '[data-state="not_scanned"]').waitFor(CHECKED)
  expect(await page.locator(id(T.file)).count()).toBe(1)
  expect(faults).toEqual([])
})

test('what a message cannot have is said before it is uploaded', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await choose(page, ...Array.from({ length: 11 }, (_, n) => text(`file-${n}.txt`)))
  await page.locator(id(T.composerFiles, '[data-why="many"]')).filter({ hasText: 'file-10.txt' }).waitFor()
  await choose(page, text('empty.txt', 0))
  await page.locator(id(T.composerFiles, '[data-why="empty"]')).filter({ hasText: 'empty.txt' }).waitFor()
  expect(await page.locator(id(T.attachFile)).count()).toBe(10)
  await bothThemes('chosen files', page)
})

test('a file in which the scanner finds a virus is refused with words, without a line in the history', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  // The desk of this test has no scanner, so the result of a scan is put between the server and the page. The server's own result, which comes
  // before the message or after it, is kept from the page.
  const say: ((frame: Json) => void)[] = []
  await place.routeWebSocket(/\/v1\/ws$/, (page) => {
    const server = page.connectToServer()
    page.onMessage((data) => server.send(data))
    server.onMessage((data) => {
      const frame = parseJson(String(data))
      if (!isObject(frame) || frame['type'] !== 'event') return page.send(data)
      if (frame['kind'] === 'attachment_checked') return undefined
      if (frame['kind'] !== 'message_added' || !isObject(frame['message'])) return page.send(data)
      const changed = (state: string, more: Json = {}): Json => ({ ...frame, ...more, message: { ...(isObject(frame['message']) ? frame['message'] : {}), attachments: scanned(frame, state) } })
      page.send(JSON.stringify(changed('checking')))
      say.push(() => page.send(JSON.stringify(changed('infected', { seq: Number(frame['seq']) + 1, kind: 'attachment_checked', actor: { type: 'system' }, old_value: scanned(frame, '')[0]?.['id'], new_value: 'infected' }))))
    })
  })
  const { page, faults } = await visit(place, CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await choose(page, text('setup.exe'))
  await chip(page, 'setup.exe').waitFor()
  await page.locator(id(T.composerSend)).click()
  await file(page, 'setup', '[data-state="checking"]').waitFor()
  expect(await file(page, 'setup').locator(id(T.fileDownload)).count(), 'not yet to be downloaded').toBe(0)
  for (const one of say) one({})
  const infected = file(page, 'setup', '[data-state="infected"]')
  await infected.getByRole('alert').filter({ hasText: 'virus' }).waitFor()
  expect(await infected.locator(id(T.fileDownload)).count()).toBe(0)
  expect(await page.locator(id(T.activity, '[data-kind="attachment_checked"]')).count()).toBe(0)
  await bothThemes('an infected file', page)
  expect(faults).toEqual([])
})

function scanned(frame: Json, state: string): readonly Json[] {
  const files = isObject(frame['message']) ? frame['message']['attachments'] : []
  return Array.isArray(files) ? files.filter(isObject).map((one) => ({ ...one, state, preview: false })) : []
}

test('a note’s picture is not reached by its customer at any address that was handed out', async () => {
  const ticket = await openTicket(who.customer)
  const ada = await visit(await context({ acceptDownloads: true }), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  const grace = await visit(await context({ acceptDownloads: true }), TEAM, `/admin/support/${ticket.number}`, who.agent)
  const handed = new Set<string>()
  grace.page.on('request', (request) => { if (request.url().includes('/v1/attachments/')) handed.add(`${request.method()} ${new URL(request.url()).pathname}`) })
  await grace.page.locator(id(T.composerNote)).click()
  await choose(grace.page, png('secret.png'))
  await chip(grace.page, 'secret.png').waitFor()
  await grace.page.locator(id(T.composerSend)).click()
  const note = grace.page.locator(id(T.message, '[data-note="true"][data-id]'))
  await note.locator(id(T.filePreview, '[data-shown="true"]')).waitFor()
  const bytes = sha((await download(grace.page, 'secret.png')).bytes)
  expect(handed.size).toBe(2)
  const headers = { authorization: `Bearer ${await tokenOf(who.customer, CUSTOMERS)}` }
  for (const address of handed) {
    const [method = '', path = ''] = address.split(' ')
    expect((await fetch(CUSTOMERS + path, { method, headers })).status, address).toBe(404)
    expect((await fetch(CUSTOMERS + path, { method })).status, `${address}, without signing in`).toBe(401)
  }
  expect((await rest(who.customer, 'GET', `/tickets/${ticket.id}/attachments`))['attachments']).toEqual([])
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'after the note' }, TEAM)
  await message(ada.page, 'after the note').waitFor()
  const secret = [...handed][0]?.split('/')[3] ?? 'none'
  // The customer has a link too, to a file of her own. It leads to that file and to no other.
  await choose(ada.page, text('own.txt'))
  await chip(ada.page, 'own.txt').waitFor()
  await ada.page.locator(id(T.composerSend)).click()
  await file(ada.page, 'own.txt', '[data-state="not_scanned"]').waitFor(CHECKED)
  await download(ada.page, 'own.txt')
  const [own = ''] = await linksIn(ada)
  expect((await fetch(CUSTOMERS + own)).status).toBe(200)
  expect((await fetch(CUSTOMERS + own.replace(/\/files\/[^?]+/, `/files/${secret}`))).status, 'her link with the note’s file').toBe(403)
  expect([...ada.received, ...await linksIn(ada)].filter((one) => one.includes(secret) || one.includes('secret.png'))).toEqual([])
  // The agent's link works for a minute for each person who has it. It ends at once with the note.
  const [link = ''] = await linksIn(grace)
  const opened = await fetch(CUSTOMERS + link)
  expect([opened.status, sha(Buffer.from(await opened.arrayBuffer()))]).toEqual([200, bytes])
  await rest(who.agent, 'DELETE', `/tickets/${ticket.id}/messages/${await note.getAttribute('data-id') ?? ''}`, undefined, TEAM)
  expect((await fetch(CUSTOMERS + link)).status).toBe(404)
})

/** The links for downloading that the page was handed, in order. The body of an answer may arrive after the download has begun. */
async function linksIn({ received }: Visit): Promise<readonly string[]> {
  const find = () => received.flatMap((one) => [...one.matchAll(/\/files\/[^"?]+\?link=[^"]+/g)].map(([link]) => link))
  await eventually('a link', () => Promise.resolve(find().length > 0))
  return find()
}

test('pictures are looked at with the keyboard, and the focus returns', async () => {
  const ticket = await openTicket(who.customer)
  const { page, faults } = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await choose(page, png('one.png'), png('two.png'))
  await chip(page, 'one.png').waitFor()
  await chip(page, 'two.png').waitFor()
  await page.locator(id(T.composerSend)).click()
  await eventually('both previews', async () => (await page.locator(id(T.filePreview, '[data-shown="true"]')).count()) === 2)
  await page.locator(id(T.filePreview)).first().press('Enter')
  const gallery = page.locator(id(T.gallery))
  await gallery.getByRole('heading', { name: 'one.png' }).waitFor()
  await bothThemes('the gallery', page)
  await page.keyboard.press('ArrowRight')
  await gallery.getByRole('heading', { name: 'two.png' }).waitFor()
  await page.keyboard.press('ArrowRight')
  await gallery.getByRole('heading', { name: 'one.png' }).waitFor()
  await page.keyboard.press('ArrowLeft')
  await gallery.getByRole('heading', { name: 'two.png' }).waitFor()
  await page.keyboard.press('Escape')
  await gallery.waitFor({ state: 'detached' })
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(T.filePreview)
  expect(faults).toEqual([])
})

test('a new ticket has files, on the support page and in the widget, and the console lists them', async () => {
  const { page } = await visit(await context(), CUSTOMERS, '/support/new', who.customer)
  const subject = unique('With a file')
  await page.locator(id(T.newSubject)).fill(subject)
  await page.locator(id(T.newDescription)).fill('See the picture.')
  await choose(page, png('first.png'))
  await chip(page, 'first.png').waitFor()
  await page.locator(id(T.newSubmit)).click()
  await file(page, 'first.png', '[data-state="not_scanned"]').waitFor(CHECKED)
  const number = await page.locator(id(T.ticket)).getAttribute('data-number') ?? ''
  const grace = await visit(await context(), TEAM, `/admin/support/${number}`, who.agent)
  await grace.page.locator(id(T.panelTab, '[data-panel="files"]')).click()
  const listed = grace.page.locator(id(T.ticketFile)).filter({ hasText: 'first' })
  await listed.locator(id(T.filePreview, '[data-shown="true"]')).waitFor()
  await bothThemes('the files of a ticket', grace.page)
  await listed.locator(id(T.filePreview)).press('Enter')
  await grace.page.locator(id(T.gallery)).getByRole('heading', { name: 'first.png' }).waitFor()
  await grace.page.keyboard.press('Escape')
  const { frame } = await openWidget(await context(), CUSTOMERS, who.other)
  await frame.locator(id(T.askText)).fill(unique('It looks wrong'))
  await choose(frame, png('widget.png'))
  await chip(frame, 'widget.png').waitFor()
  await frame.locator(id(T.askSend)).click()
  await file(frame, 'widget.png', '[data-state="not_scanned"]').waitFor(CHECKED)
})

test('a new ticket needs no text if it has a file, on the support page and in the widget', async () => {
  const { page } = await visit(await context(), CUSTOMERS, '/support/new', who.customer)
  await page.locator(id(T.newSubject)).fill(unique('Only a file'))
  await choose(page, png('only.png'))
  await chip(page, 'only.png').waitFor()
  await page.locator(id(T.newSubmit)).click()
  await file(page, 'only.png', '[data-state="not_scanned"]').waitFor(CHECKED)
  const { frame } = await openWidget(await context(), CUSTOMERS, who.other)
  expect(await frame.locator(id(T.askSend)).isDisabled()).toBe(true)
  await choose(frame, png('from-widget.png'))
  await chip(frame, 'from-widget.png').waitFor()
  await frame.locator(id(T.askSend)).click()
  await file(frame, 'from-widget.png', '[data-state="not_scanned"]').waitFor(CHECKED)
  expect(await frame.locator(id(T.ticketSubject)).innerText()).toBe('from-widget.png')
})

test('a reply of files only is held back like a text if the customer has written since the first file was chosen', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  await choose(page, png('answer.png'))
  await chip(page, 'answer.png').waitFor()
  const news = unique('one more thing')
  await rest(who.customer, 'POST', `/tickets/${ticket.id}/messages`, { body: news })
  await message(page, news).waitFor()
  await page.locator(id(T.composerStale)).waitFor()
  await page.locator(id(T.composerSend)).click()
  const refused = page.locator(id(T.message, '[data-state="refused"]')).filter({ has: file(page, 'answer.png') })
  await refused.locator(id(T.messageInsist)).click()
  await file(page, 'answer.png', '[data-state="not_scanned"]').waitFor(CHECKED)
})

test('the undo of “Send & resolve” puts the files back into the draft', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  await place.addInitScript((user) => localStorage.setItem(`helpline.habits.${user}`, JSON.stringify({ undo_s: 10 })), who.agent.id)
  const { page } = await visit(place, TEAM, `/admin/support/${ticket.number}`, who.agent)
  await choose(page, png('solution.png'))
  await chip(page, 'solution.png').waitFor()
  await page.locator(id(T.composerResolve)).click()
  await page.locator(id(T.toastAction)).click()
  await page.locator(id(T.ticket, `[data-number="${ticket.number}"]`)).waitFor()
  await chip(page, 'solution.png').waitFor()
})

test('in the widget the camera is loaded on a phone, and the words for dropping when files are dragged over it', async () => {
  const ticket = await openTicket(who.customer)
  const { frame } = await openWidget(await context({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 740 } }), CUSTOMERS, who.customer)
  // Beside the first question, and in a ticket.
  await frame.locator(id(T.attachCamera)).waitFor()
  await frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await frame.locator(id(T.attachCamera)).waitFor()

  const wide = (await openWidget(await context(), CUSTOMERS, who.customer)).frame
  await wide.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await wide.locator(id(T.composer)).locator(id(T.attachButton)).waitFor()
  expect(await wide.locator(id(T.attachCamera)).count()).toBe(0)
  const drag = (type: string) => wide.locator(id(T.timeline)).evaluate((element, name) => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['x'], 'dragged.txt', { type: 'text/plain' }))
    element.dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer }))
  }, type)
  await drag('dragenter')
  await eventually('the words', async () => {
    await drag('dragover')
    return (await wide.locator('[data-drop]').count()) === 1
  })
  await drag('drop')
  await chip(wide, 'dragged.txt').waitFor()
  expect(await wide.locator('[data-drop]').count()).toBe(0)
})

test('a deleted message shows no files', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await choose(page, png('mistake.png'))
  await chip(page, 'mistake.png').waitFor()
  await page.locator(id(T.composerSend)).click()
  const own = page.locator(id(T.message, '[data-id]')).filter({ has: page.locator(id(T.file)) })
  await own.waitFor()
  const message_id = await own.getAttribute('data-id') ?? ''
  await own.locator(id(T.messageTools)).click()
  await own.locator(id(T.messageRemove)).click()
  await own.locator('.remove-form').filter({ hasText: 'and its files' }).waitFor()
  await rest(who.customer, 'DELETE', `/tickets/${ticket.id}/messages/${message_id}`)
  await eventually('no files', async () => (await page.locator(id(T.file)).count()) === 0)
})

test('a file that is dropped where files can’t be attached is named in words, and the heading of the new ticket takes it', async () => {
  const { page, faults } = await visit(await context(), CUSTOMERS, '/support', who.customer)
  const said = page.locator(id(T.toast))
  await drag(page, 'main', 'on-nothing.txt')
  await said.filter({ hasText: 'on-nothing.txt' }).waitFor()
  await page.goto(`${CUSTOMERS}/support/new`)
  await page.locator(id(T.newSubject)).waitFor()
  await page.locator(id(T.attachButton)).waitFor()
  await drag(page, '.dialog-head h2', 'on-heading.txt')
  await chip(page, 'on-heading.txt').waitFor()
  expect(page.url()).toContain('/support/new')
  await chip(page, 'on-heading.txt').locator(id(T.attachRemove)).click()
  const ticket = await openTicket(who.customer)
  await page.goto(`${CUSTOMERS}/support/${ticket.number}`)
  await page.locator(id(T.attachButton)).waitFor()
  await drag(page, '.side', 'on-list.txt')
  await said.filter({ hasText: 'on-list.txt' }).waitFor()
  await drag(page, id(T.timeline), 'on-ticket.txt')
  await chip(page, 'on-ticket.txt').waitFor()
  expect(faults).toEqual([])
})

test('a message that waits for its upload can be discarded, with the mouse, the keyboard and a finger, and is not sent', async () => {
  const ticket = await openTicket(who.customer)
  const { page, context: own } = await visit(await context({ hasTouch: true }), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  const network = await own.newCDPSession(page)
  await network.send('Network.enable')
  await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 50_000 })
  for (const by of ['mouse', 'keyboard', 'finger'] as const) {
    await choose(page, text(`${by}.bin`, 2_000_000))
    await page.locator(id(T.composerInput)).fill(`by ${by}`)
    await page.locator(id(T.composerSend)).click()
    const waiting = message(page, `by ${by}`, 'waiting')
    await waiting.locator(id(T.file, '[data-state="sending"]')).waitFor()
    const discard = waiting.locator(id(T.messageDiscard))
    const ended = page.waitForResponse((response) => response.request().method() === 'DELETE' && response.url().includes('/v1/uploads/'))
    await (by === 'mouse' ? discard.click() : by === 'keyboard' ? discard.press('Enter') : discard.tap())
    await waiting.waitFor({ state: 'detached' })
    if (by === 'keyboard') expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(T.composerInput)
    expect((await ended).status()).toBe(204)
  }
  await page.locator(id(T.composerInput)).fill('after all')
  await page.locator(id(T.composerSend)).click()
  await message(page, 'after all', 'stored').waitFor()
  expect(await page.locator(id(T.message)).filter({ hasText: /by (mouse|keyboard|finger)/ }).count()).toBe(0)
})

test('a refused file says that it must be removed before the text can be sent', async () => {
  const { page } = await visit(await context(), CUSTOMERS, '/support/new', who.customer)
  await page.route('**/v1/uploads', (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'Quota', status: 422, code: 'quota_exceeded' }) }))
  await choose(page, png('refused.png'))
  await chip(page, 'refused.png', 'refused').waitFor()
  expect(await page.locator(id(T.newSubmit)).isDisabled()).toBe(true)
  await page.locator(id(T.attach, '[data-stuck="true"]')).filter({ hasText: 'remove every file that wasn’t uploaded' }).waitFor()
  await bothThemes('a refused file', page)
  await chip(page, 'refused.png', 'refused').locator(id(T.attachRemove)).click()
  await eventually('it can be sent', () => page.locator(id(T.newSubmit)).isEnabled())
})

test.each([['a wide window', 1280, 800], ['a phone', 390, 780]] as const)('a portrait picture without a text shows its name, and a screenshot is enlarged to the room of %s', async (_name, width, height) => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context({ viewport: { width, height } }), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await page.route('**/preview', (route) => route.fulfill({ contentType: 'image/png', body: picture(1280, 800) }))
  await choose(page, { ...png('portrait of the whole page.png'), buffer: picture(360, 780) })
  await chip(page, 'portrait of the whole page.png').waitFor()
  await page.locator(id(T.composerSend)).click()
  const card = file(page, 'portrait', '[data-state="not_scanned"]')
  await card.locator(id(T.filePreview, '[data-shown="true"]')).waitFor()
  const [name, words, button] = await Promise.all([card.locator('.file-name').boundingBox(), card.locator('.file-text').boundingBox(), card.locator(id(T.fileDownload)).boundingBox()])
  expect(name?.width).toBeGreaterThan(60)
  expect((words?.x ?? 0) + (words?.width ?? 0)).toBeLessThanOrEqual(button?.x ?? 0)
  if (process.env['HELPLINE_SHOTS'] !== undefined) await page.screenshot({ path: `${process.env['HELPLINE_SHOTS']}/portrait-${width}.png` })
  await card.locator(id(T.filePreview)).click()
  const shown = page.locator('.gallery-picture img')
  await eventually('the picture', async () => ((await shown.boundingBox())?.width ?? 0) > 0.8 * width)
  if (process.env['HELPLINE_SHOTS'] !== undefined) await page.screenshot({ path: `${process.env['HELPLINE_SHOTS']}/gallery-${width}.png` })
})
