// /widget.js, the one script of a host page: a launcher, and on first use a frame with everything else. It keeps nothing. Until it is opened it
// asks one thing, when the page is idle: how much is unread (not with `unread: false`, nor with `data-unread="off"` on the script).

export {}

interface Options {
  /** Gives a token of whoever is signed in; null: nobody is. */
  getToken: () => Promise<string | null> | string | null
  language?: string
  theme?: 'auto' | 'light' | 'dark'
  side?: 'left' | 'right'
  /** False: asks for nothing before it is opened, so that the launcher shows no number until then. */
  unread?: boolean
}

type Unread = (n: number) => void

const SCRIPT = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null
const ORIGIN = new URL(SCRIPT?.src ?? location.href).origin
const ASKS = SCRIPT?.dataset['unread'] !== 'off'
const WORDS: Readonly<Record<string, readonly [string, string, string]>> = {
  en: ['Open support', 'Close support', 'Support cannot be shown on this page.'],
  ar: ['افتح الدعم', 'أغلق الدعم', 'لا يمكن عرض الدعم في هذه الصفحة.'],
}
/** A frame that came, and has said nothing for so long, is none of ours: the desk does not allow this site, or is away. */
const READY_MS = 2_000
const FORGET_MS = 800
/** The page comes first; after so long its idle moment is not waited for. */
const IDLE_MS = 5_000
/** A tab that is looked at again asks again, so often at most. */
const AGAIN_MS = 60_000
const STYLE = `
:host{all:initial}
button{all:unset;box-sizing:border-box;position:fixed;bottom:20px;width:56px;height:56px;border-radius:50%;background:#2f5bd0;color:#fff;cursor:pointer;display:grid;place-items:center;box-shadow:0 2px 6px rgb(10 14 22/.2),0 8px 24px rgb(10 14 22/.25)}
button:hover{filter:brightness(1.08)}
button:focus-visible{outline:3px solid #8fb0ff;outline-offset:3px}
svg{width:26px;height:26px}
b{position:absolute;top:-3px;right:-3px;min-width:20px;height:20px;padding:0 5px;box-sizing:border-box;border-radius:10px;background:#b3261e;color:#fff;font:700 12px/20px system-ui,sans-serif;text-align:center}
p{all:unset;position:fixed;bottom:88px;box-sizing:border-box;max-width:min(320px,calc(100vw - 40px));padding:16px;border-radius:12px;background:#fff;color:#1b2130;font:15px/1.5 system-ui,sans-serif;box-shadow:0 2px 8px rgb(10 14 22/.18),0 16px 48px rgb(10 14 22/.28)}
iframe{position:fixed;bottom:88px;width:384px;height:min(640px,calc(100vh - 108px));border:0;border-radius:16px;background:Canvas;color-scheme:auto;box-shadow:0 2px 8px rgb(10 14 22/.18),0 16px 48px rgb(10 14 22/.28)}
.right{right:20px}.left{left:20px}[hidden]{display:none!important}
@media(max-width:480px),(max-height:480px){iframe{inset:0;width:100%;height:100%;border-radius:0}iframe:not([hidden])~button{display:none}}`
const SHAPES = { open: 'M5 4h14a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-6l-5 4v-4H5a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z', close: 'M6 9l6 6 6-6' }

let options: Options | null = null
let host: HTMLElement | null = null
let box: HTMLDivElement | null = null
let launcher: HTMLButtonElement | null = null
let badge: HTMLElement | null = null
let path: Element | null = null
let frame: HTMLIFrameElement | null = null
let notice: HTMLElement | null = null
let isReady = false
let isOpen = false
let unread = 0
let askedAt = 0
let forgotten: (() => void) | null = null
const listeners = new Set<Unread>()

const post = (message: object) => frame?.contentWindow?.postMessage({ helpline: 1, ...message }, ORIGIN)

function init(given: Options): void {
  if (typeof given?.getToken !== 'function') throw new TypeError('Helpline.init needs { getToken }')
  options = given
  if (host !== null) return stand(host)
  host = document.createElement('div')
  // Its own words outrank whatever the page says of its elements.
  for (const [name, value] of [['all', 'initial'], ['position', 'fixed'], ['z-index', '2147483000'], ['display', 'block'], ['inset', 'auto'], ['width', '0'], ['height', '0']] as const) host.style.setProperty(name, value, 'important')
  const root = host.attachShadow({ mode: 'closed' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(STYLE)
  root.adoptedStyleSheets = [sheet]
  box = document.createElement('div')
  launcher = document.createElement('button')
  launcher.type = 'button'
  launcher.className = given.side === 'left' ? 'left' : 'right'
  launcher.addEventListener('click', () => (isOpen ? close() : open()))
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('fill', 'none')
  svg.setAttribute('stroke', 'currentColor')
  svg.setAttribute('stroke-width', '2')
  svg.setAttribute('aria-hidden', 'true')
  path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  svg.append(path)
  badge = document.createElement('b')
  launcher.append(svg, badge)
  box.append(launcher)
  root.append(box)
  stand(host)
  addEventListener('message', received)
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible' && Date.now() - askedAt > AGAIN_MS) askSoon() })
  show()
  askSoon()
}

function askSoon(): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(() => void ask(), { timeout: IDLE_MS })
  else setTimeout(() => void ask(), 1_000)
}

/** How much is unread: once the frame is there, it says so itself. Whatever fails, there is no number. */
async function ask(): Promise<void> {
  const asking = options
  if (!ASKS || asking === null || asking.unread === false || frame !== null) return
  askedAt = Date.now()
  try {
    const token: unknown = await asking.getToken()
    if (options !== asking || frame !== null) return
    // No person is signed in any more: the number was of the one before.
    if (typeof token !== 'string') return tell(0)
    const answer = await fetch(`${ORIGIN}/v1/me/unread`, { headers: { authorization: `Bearer ${token}` }, credentials: 'omit' })
    const body: unknown = answer.ok ? await answer.json() : null
    // Another person may have come meanwhile, or the frame.
    if (options !== asking || frame !== null) return
    if (typeof body === 'object' && body !== null && 'tickets' in body && typeof body.tickets === 'number') tell(body.tickets)
    else if (answer.status === 401) tell(0)
  } catch {
    // The network, the host's own function, or a site that the desk does not know.
  }
}

/** In the page, also after it has replaced everything that stood in it. */
function stand(made: HTMLElement): void {
  if (!made.isConnected) document.documentElement.append(made)
}

function show(): void {
  const words = inWords()
  path?.setAttribute('d', isOpen ? SHAPES.close : SHAPES.open)
  launcher?.setAttribute('aria-expanded', String(isOpen))
  launcher?.setAttribute('aria-label', words[isOpen ? 1 : 0] + (unread > 0 ? ` (${unread})` : ''))
  if (badge !== null) {
    badge.hidden = unread === 0 || isOpen
    badge.textContent = unread > 99 ? '99+' : String(unread)
  }
  if (frame !== null) frame.hidden = !isOpen
}

function inWords(): readonly [string, string, string] {
  const language = options?.language ?? document.documentElement.lang.slice(0, 2)
  return WORDS[Object.hasOwn(WORDS, language) ? language : 'en'] ?? ['', '', '']
}

function open(): void {
  if (box === null || host === null) return
  stand(host)
  isOpen = true
  notice?.remove()
  if (frame === null) {
    frame = document.createElement('iframe')
    frame.className = options?.side === 'left' ? 'left' : 'right'
    frame.title = 'Helpline'
    frame.allow = 'clipboard-write'
    frame.src = `${ORIGIN}/widget?origin=${encodeURIComponent(location.origin)}`
    isReady = false
    const made = frame
    made.addEventListener('load', () => setTimeout(() => { if (made === frame && !isReady) failed(made) }, READY_MS))
    box.prepend(frame)
  }
  show()
  post({ type: 'open', on: true })
  frame.focus()
}

/** Says so where the frame would stand; opening again tries again. */
function failed(made: HTMLIFrameElement): void {
  made.remove()
  frame = null
  console.error(`Helpline: ${ORIGIN} showed no widget here. Is ${location.origin} among its --widget-sites?`)
  notice = document.createElement('p')
  notice.className = made.className
  notice.setAttribute('role', 'alert')
  notice.textContent = inWords()[2]
  if (isOpen) box?.prepend(notice)
}

function close(): void {
  if (!isOpen) return
  isOpen = false
  notice?.remove()
  show()
  post({ type: 'open', on: false })
  launcher?.focus()
}

function tell(n: number): void {
  unread = n
  show()
  for (const listener of [...listeners]) listener(n)
}

function received(event: MessageEvent): void {
  const data: unknown = event.data
  if (frame === null || event.source !== frame.contentWindow || event.origin !== ORIGIN || typeof data !== 'object' || data === null) return
  if (!('helpline' in data) || data.helpline !== 1 || !('type' in data)) return
  if (data.type === 'ready') {
    isReady = true
    post({ type: 'init', language: options?.language, theme: options?.theme })
    post({ type: 'open', on: isOpen })
  } else if (data.type === 'token' && 'id' in data && typeof data.id === 'number') void give(data.id)
  else if (data.type === 'unread' && 'n' in data && typeof data.n === 'number' && data.n >= 0) tell(Math.floor(data.n))
  else if (data.type === 'close') close()
  else if (data.type === 'forgotten') forgotten?.()
}

/** The answer goes to the frame that asked: by the time it is there, another may stand in its place. */
async function give(id: number): Promise<void> {
  const asking = frame
  let answer: object
  try {
    const token: unknown = await options?.getToken()
    answer = { type: 'token', id, token: typeof token === 'string' ? token : null }
  } catch {
    answer = { type: 'token', id, failed: true }
  }
  if (asking === frame) post(answer)
}

/** Somebody else is signed in now, or nobody: the frame forgets and goes; a new one comes when it is wanted. */
async function identify(given: Partial<Options> = {}): Promise<void> {
  if (options === null) return
  options = { ...options, ...given }
  const old = frame
  if (old === null) {
    tell(0)
    return askSoon()
  }
  await new Promise<void>((done) => {
    forgotten = done
    post({ type: 'forget' })
    setTimeout(done, FORGET_MS)
  })
  forgotten = null
  old.remove()
  if (frame !== old) return
  frame = null
  tell(0)
  if (isOpen) open()
  else askSoon()
}

function onUnread(listener: Unread): () => void {
  listeners.add(listener)
  return () => { listeners.delete(listener) }
}

const before: unknown = Reflect.get(window, 'Helpline')
// Run again, as by a site that puts its pages' scripts into one document: the first one goes on, with its launcher and the person who is signed in.
if (typeof before !== 'object' || before === null || !('init' in before)) Reflect.set(window, 'Helpline', Object.assign(typeof before === 'object' && before !== null ? before : {}, { init, open, close, identify, onUnread }))
