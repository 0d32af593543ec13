// A driver for the distribution's Firefox, because Playwright only drives its own browser builds. The driver implements the part of
// Playwright's interface that the tests use, with puppeteer-core and WebDriver BiDi. Locators match by CSS and text, wait for the element,
// and must match exactly one element.

import type { BrowserContext } from 'playwright-core'

/**
 * The methods of puppeteer-core's `ElementHandle` that this file uses. puppeteer-core is installed separately, so its types are not
 * available.
 */
interface Handle {
  click(): Promise<void>
  dispose(): Promise<void>
}

interface Driven {
  goto(url: string): Promise<unknown>
  reload(): Promise<unknown>
  url(): string
  title(): Promise<string>
  content(): Promise<string>
  close(): Promise<void>
  evaluate(script: unknown, ...args: readonly unknown[]): Promise<unknown>
  evaluateHandle(script: unknown, ...args: readonly unknown[]): Promise<{ asElement(): Handle | null }>
  evaluateOnNewDocument(script: string): Promise<unknown>
  setViewport(size: { width: number; height: number }): Promise<void>
  on(event: string, listener: (what: Message) => void): unknown
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> }
}

interface Message {
  type(): string
  text(): string
}

interface DrivenContext {
  newPage(): Promise<Driven>
  close(): Promise<void>
}

export interface Firefox {
  createBrowserContext(): Promise<DrivenContext>
  close(): Promise<void>
}

/** Starts Firefox with puppeteer-core. `module` is the path of puppeteer-core. */
export async function launchFirefox(module: string): Promise<Firefox> {
  const { launch } = await import(/* @vite-ignore */ module)
  const profile = process.env['HELPLINE_E2E_PROFILE']
  return launch({
    browser: 'firefox',
    executablePath: process.env['FIREFOX'] ?? '/usr/bin/firefox-esr',
    headless: true,
    ...(profile === undefined ? {} : { userDataDir: profile }),
  })
}

const WAIT_MS = 30_000
const POLL_MS = 30

/** One step of a locator. Steps are serialisable, because the page gets them as JSON each time it searches for the elements. */
interface Step {
  readonly css: string
  readonly text?: string
  readonly has?: readonly Step[]
  readonly first?: boolean
}

interface Filter {
  readonly hasText?: string
  readonly has?: Located
}

interface WaitOptions {
  readonly state?: 'attached' | 'detached' | 'visible' | 'hidden'
  readonly timeout?: number
}

/**
 * Runs in the page: finds the elements that the locator's steps match. The code is a string, so that it cannot depend on code outside of
 * the page.
 */
const FIND = `(function find(steps, root) {
  let from = [root]
  for (const { css, text, has, first } of steps) {
    let found = css === '' ? from : [...new Set(from.flatMap((one) => [...one.querySelectorAll(css)]))]
    const plain = (words) => words.replace(/\\s+/g, ' ').trim().toLowerCase()
    if (text !== undefined) found = found.filter((one) => plain(one.textContent ?? '').includes(plain(text)))
    if (has !== undefined) found = found.filter((one) => find(has, one).length > 0)
    from = first ? found.slice(0, 1) : found
  }
  return from
})`
const VISIBLE = `((one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== 'hidden')`

const HIT = '__helplineHit'
/** How long to wait for the DOM events of a click. They can come later than the driver's response, when the page is busy. */
const EVENTS_MS = 5_000
/**
 * Runs in the page before a click. If the pointer hits anything but the element, its content or its label, this guard stops the click's
 * events.
 */
const GUARD = `((one) => {
  const kinds = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']
  let isHit = null
  let isClicked = false
  // Remove the guard of an earlier click that failed. That guard would intercept the events of this click.
  window.${HIT}?.end()
  window.${HIT} = {}
  window.${HIT}.said = new Promise((said) => {
    const end = () => { kinds.forEach((kind) => removeEventListener(kind, guard, true)); said(isClicked || isHit === true && !one.isConnected) }
    const guard = (event) => {
      const path = event.composedPath()
      const isOne = path.includes(one) || path.some((above) => above.control === one)
      isHit ??= isOne
      if (event.type === 'click') isClicked = isOne
      // End the guard one task after pointerup. The mouse events that belong to pointerup are dispatched before that task. The guard does
      // not wait for these mouse events, because after a cancelled pointerdown there are none.
      if (event.type === 'pointerup') setTimeout(end)
      if (isHit) return
      event.preventDefault()
      event.stopImmediatePropagation()
    }
    for (const kind of kinds) addEventListener(kind, guard, true)
    window.${HIT}.end = end
  })
})`

class Located {
  readonly #page: Driven
  readonly steps: readonly Step[]

  constructor(page: Driven, steps: readonly Step[]) {
    this.#page = page
    this.steps = steps
  }

  locator = (css: string, more: Filter = {}) => new Located(this.#page, [...this.steps, { css }]).filter(more)
  first = () => new Located(this.#page, [...this.steps, { css: '', first: true }])
  filter = ({ hasText, has }: Filter): Located =>
    new Located(this.#page, [...this.steps, { css: '', ...(hasText === undefined ? {} : { text: hasText }), ...(has === undefined ? {} : { has: has.steps }) }])

  count = () => this.#ask<number>('all.length')
  allInnerTexts = () => this.#ask<string[]>('all.map((one) => one.innerText)')
  innerText = () => this.#ofOne<string>('one.innerText')
  inputValue = () => this.#ofOne<string>('one.value')
  isDisabled = () => this.#ofOne<boolean>('one.disabled === true')
  getAttribute = (name: string) => this.#ofOne<string | null>(`one.getAttribute(${JSON.stringify(name)})`)
  evaluate = (script: (one: Element) => unknown) => this.#ofOne<unknown>(`(${String(script)})(one)`)

  waitFor({ state = 'visible', timeout = WAIT_MS }: WaitOptions = {}): Promise<void> {
    const is = { attached: 'all.length > 0', detached: 'all.length === 0', visible: `all.length === 1 && ${VISIBLE}(all[0])`, hidden: `!all.some(${VISIBLE})` }[state]
    return this.#until(state, () => this.#ask<boolean>(is), timeout)
  }

  /** Clicks the element once it has stopped moving. Tries again if the click hit another element. */
  async click(): Promise<void> {
    await this.#until('hit by a click', async () => {
      const handle = (await this.#page.evaluateHandle(`(async (all) => {
        const [one] = all
        if (all.length !== 1 || !${VISIBLE}(one) || one.disabled === true) return null
        one.scrollIntoView({ block: 'nearest', inline: 'nearest' })
        const place = () => { const { x, y, width, height } = one.getBoundingClientRect(); return [x, y, width, height].join() }
        const frame = () => new Promise((next) => requestAnimationFrame(next))
        await frame()
        const before = place()
        await frame()
        if (place() !== before) return null
        ;${GUARD}(one)
        return one
      })(${this.#all()})`)).asElement()
      if (handle === null) return false
      try {
        await handle.click()
        // The DOM events can come after the driver's response, so wait for the guard's result. A click that unloads the document counts as
        // a hit.
        return await this.#page.evaluate(`window.${HIT} && (setTimeout(window.${HIT}.end, ${EVENTS_MS}), window.${HIT}.said)`).then((isHit) => isHit !== false, () => true)
      } finally {
        await handle.dispose().catch(() => null)
      }
    })
  }

  /** Selects the field's whole text and replaces it, as a person would. */
  async fill(text: string): Promise<void> {
    await this.#until('ready for text', () => this.#ask<boolean>(`all.length === 1 && ${VISIBLE}(all[0]) && all[0].disabled !== true`))
    await this.#ofOne(`(one.focus(), one.select(), document.execCommand(${text === '' ? "'delete'" : `'insertText', false, ${JSON.stringify(text)}`}), null)`)
    if ((await this.inputValue()) !== text) throw new Error(`not filled: ${this.#words()}`)
  }

  async press(key: string): Promise<void> {
    await this.#ofOne('(one.focus(), null)')
    await this.#page.keyboard.press(key)
  }

  async selectOption(value: string): Promise<void> {
    await this.#until(`offers ${value}`, () => this.#ask<boolean>(`all.length === 1 && all[0].disabled !== true && [...all[0].options].some((one) => one.value === ${JSON.stringify(value)})`))
    await this.#ofOne(`(one.value = ${JSON.stringify(value)}, ['input', 'change'].forEach((type) => one.dispatchEvent(new Event(type, { bubbles: true }))), null)`)
  }

  #all = () => `${FIND}(${JSON.stringify(this.steps)}, document)`
  #words = () => JSON.stringify(this.steps)
  async #ask<T>(what: string): Promise<T> {
    return await this.#page.evaluate(`((all) => ${what})(${this.#all()})`) as T
  }
  async #ofOne<T>(what: string): Promise<T> {
    let answer: readonly T[] = []
    await this.#until('one', async () => {
      answer = await this.#ask<readonly T[]>(`all.length === 1 ? all.map((one) => ${what}) : []`)
      return answer.length === 1
    })
    return answer[0] as T
  }
  async #until(what: string, holds: () => Promise<boolean>, timeout = WAIT_MS): Promise<void> {
    const deadline = Date.now() + timeout
    // Errors count as "not yet", because a page that is navigating has no document to query.
    while (!(await holds().catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`never ${what}: ${this.#words()}\n${await this.#seen()}`)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  /** The page's address and its first 3,000 characters of text, for error messages. */
  #seen = async () => String(await this.#page.evaluate('location.href + "\\n" + document.body.innerText.slice(0, 3000)').catch(() => 'no page'))
}

/** WebDriver BiDi does not report WebSocket frames. The page therefore logs each frame to the console with this prefix. */
const FRAME = 'helpline-e2e-frame:'
const TELL_FRAMES = `{
  const Native = WebSocket
  window.WebSocket = class extends Native {
    constructor(...given) {
      super(...given)
      this.addEventListener('message', ({ data }) => console.debug(${JSON.stringify(FRAME)} + data))
    }
  }
}`

class DrivenPage {
  readonly #page: Driven
  readonly keyboard: Driven['keyboard']

  constructor(page: Driven) {
    this.#page = page
    this.keyboard = page.keyboard
  }

  locator = (css: string, more: Filter = {}) => new Located(this.#page, [{ css }]).filter(more)
  goto = (url: string) => this.#page.goto(url)
  reload = () => this.#page.reload()
  url = () => this.#page.url()
  title = () => this.#page.title()
  content = () => this.#page.content()
  close = () => this.#page.close()
  evaluate = (script: unknown, arg?: unknown) => this.#page.evaluate(script, arg)
  setViewportSize = (size: { width: number; height: number }) => this.#page.setViewport(size)
  goBack = () => this.#travel('back')
  goForward = () => this.#travel('forward')

  async waitForURL(url: string): Promise<void> {
    const deadline = Date.now() + WAIT_MS
    while (this.#page.url() !== url) {
      if (Date.now() > deadline) throw new Error(`never at ${url}, but at ${this.#page.url()}`)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  on(event: string, listener: (what: unknown) => void): void {
    if (event === 'websocket') {
      const socket = { on: (_: 'framereceived', received: (frame: { payload: string }) => void) => this.#onFrame((payload) => received({ payload })) }
      return listener(socket)
    }
    this.#page.on(event, (what) => { if (event !== 'console' || !what.text().startsWith(FRAME)) listener(what) })
  }

  #onFrame(received: (payload: string) => void): void {
    this.#page.on('console', (said) => { if (said.text().startsWith(FRAME)) received(said.text().slice(FRAME.length)) })
  }

  /** Goes back or forward in the page's history. Works only between entries of one document, because it waits for `popstate`. */
  async #travel(to: 'back' | 'forward'): Promise<void> {
    await this.#page.evaluate(`new Promise((done) => { addEventListener('popstate', () => done(null), { once: true }); history.${to}() })`)
  }
}

export async function newContext(browser: Firefox): Promise<BrowserContext> {
  const context = await browser.createBrowserContext()
  const first: string[] = [TELL_FRAMES]
  const mine = {
    async addInitScript(script: () => unknown) { first.push(`(${String(script)})()`) },
    async newPage() {
      const page = await context.newPage()
      await page.setViewport({ width: 1280, height: 800 })
      for (const script of first) await page.evaluateOnNewDocument(script)
      return new DrivenPage(page)
    },
    close: () => context.close(),
  }
  // Only a part of Playwright's interface is implemented. A test that uses a missing property fails with that property's name.
  return mine as unknown as BrowserContext
}
