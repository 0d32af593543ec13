// /widget.js, the one script of a host page: the launcher and `window.Helpline`. What shows the frame comes when it is opened. Before that it
// keeps nothing, and asks one thing, when the page is idle: how much is unread (not with `unread: false`, nor with `data-unread="off"` on the
// script). The types are those of widget.d.ts, which a test holds against these.

import type { Guest, Page } from './guest.ts'

export interface Options {
  getToken: () => Promise<string | null> | string | null
  language?: string
  theme?: 'auto' | 'light' | 'dark'
  position?: 'left' | 'right'
  color?: string
  logo?: string
  teamName?: string
  greeting?: string
  unread?: boolean
}

export interface Events {
  ready: undefined
  open: undefined
  close: undefined
  unread: number
  message: { readonly ticket: string }
  ticket: { readonly ticket: string }
}

/** The name of what is fetched: put in by the build. */
declare const HELPLINE_GUEST: string

export type Api = Readonly<typeof API>

const SCRIPT = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null
const ORIGIN = new URL(SCRIPT?.src ?? location.href).origin
const ASKS = SCRIPT?.dataset['unread'] !== 'off'
const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  en: ['Open support', 'Close support'],
  ar: ['افتح الدعم', 'أغلق الدعم'],
  de: ['Support öffnen', 'Support schließen'],
  fr: ['Ouvrir l’assistance', 'Fermer l’assistance'],
}
const TEXT = [/^/, 'a text'] as const
const RULES: Readonly<Record<string, readonly [RegExp, string]>> = {
  color: [/^#[\da-f]{6}$/i, '#rrggbb'],
  position: [/^(left|right)$/, 'left or right'],
  theme: [/^(auto|light|dark)$/, 'auto, light or dark'],
  language: TEXT,
  logo: TEXT,
  teamName: TEXT,
  greeting: TEXT,
}
const EVENTS = ['ready', 'open', 'close', 'unread', 'message', 'ticket']
/** The page comes first; after so long its idle moment is not waited for. */
const IDLE_MS = 5_000
/** A tab that is looked at again asks again, so often at most. */
const AGAIN_MS = 60_000
const ITEM = 'helpline.widget'
/** The sign is black on a light colour and white on a dark one, whichever is easier to read; older browsers draw it white. */
const STYLE = `
:host{all:initial}
button{all:unset;box-sizing:border-box;position:fixed;bottom:calc(20px + env(safe-area-inset-bottom));width:56px;height:56px;border-radius:50%;background:var(--c);color:#fff;cursor:pointer;display:grid;place-items:center;box-shadow:0 0 0 1px rgb(128 128 128/.25),0 8px 28px rgb(10 14 22/.28);transition:transform .15s}
button:hover{transform:scale(1.06)}
button:focus-visible{outline:2px solid #fff;box-shadow:0 0 0 5px #1b2130}
svg{width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:2}
b{position:absolute;top:-3px;right:-3px;min-width:20px;padding:0 5px;box-sizing:border-box;border-radius:10px;background:#b3261e;color:#fff;font:700 12px/20px system-ui,sans-serif;text-align:center;box-shadow:0 0 0 2px #fff}
.right>*{right:20px}.left>*{left:20px}[hidden]{display:none!important}
@supports(color:lab(from red l 0 0)){button{color:lab(from var(--c) calc((49.4 - l)*99) 0 0)}}
@media(prefers-reduced-motion:reduce){button{transition:none}}`
const SHAPES = ['M5 4h14a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-6l-5 4v-4H5a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z', 'M6 9l6 6 6-6'] as const

/** What the desk's settings say: the server puts them as JSON in the place of this text. */
const DESK: Partial<Options> = {}
try {
  const values: unknown = JSON.parse('__HELPLINE_WIDGET__')
  for (const [name, as] of [['color', 'color'], ['position', 'position'], ['team_name', 'teamName']] as const) {
    const value: unknown = Reflect.get(Object(values), name)
    if (isFit(as, value)) Reflect.set(DESK, as, value)
  }
} catch {
  // A server that says nothing: the widget looks as it always did.
}

let options: Options | null = null
let host: HTMLElement | null = null
let box: HTMLDivElement | null = null
let launcher: HTMLButtonElement | null = null
let badge: HTMLElement | null = null
let path: Element | null = null
let notice: HTMLElement | null = null
let guest: Guest | null = null
let stop = new AbortController()
let isOpen = false
let unread = 0
let askedAt = 0
const listeners: [string, (value: never) => void][] = []

const wrong = (why: string) => new TypeError(`Helpline.${why}`)

function isFit(name: string, value: unknown): boolean {
  return typeof value === 'string' && RULES[name]?.[0].test(value) === true
}

function checked<O extends Partial<Options>>(call: string, given: O): O {
  if (typeof given !== 'object' || given === null) throw wrong(`${call} takes an object of options`)
  for (const [name, [, what]] of Object.entries(RULES)) {
    const value: unknown = Reflect.get(given, name)
    if (value !== undefined && !isFit(name, value)) throw wrong(`${call}: ${name} is ${what}`)
  }
  if (given.getToken !== undefined || call === 'init') if (typeof given.getToken !== 'function') throw wrong(`${call} needs { getToken }, a function that gives a token or null`)
  return given
}

function needed(call: string): Options {
  if (options === null) throw wrong(`${call}: call Helpline.init first`)
  return options
}

function init(given: Options): void {
  if (options !== null) return update(checked('init', given))
  options = checked('init', given)
  host = document.createElement('div')
  // Its own words outrank whatever the page says of its elements.
  host.style.cssText = 'all:initial;position:fixed;z-index:2147483000;display:block;width:0;height:0'.replaceAll(/;|$/g, '!important;')
  const root = host.attachShadow({ mode: 'closed' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(STYLE)
  root.adoptedStyleSheets = [sheet]
  box = document.createElement('div')
  launcher = document.createElement('button')
  launcher.type = 'button'
  launcher.addEventListener('click', () => (isOpen ? close() : open()))
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  svg.append(path)
  badge = document.createElement('b')
  launcher.append(svg, badge)
  box.append(launcher)
  root.append(box)
  stand(host)
  stop = new AbortController()
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible' && Date.now() - askedAt > AGAIN_MS) askSoon() }, { signal: stop.signal })
  show()
  try {
    // The page before had it open.
    if (sessionStorage.getItem(ITEM) === '1') void bring(false)
  } catch {
    // Nothing is kept here.
  }
  askSoon()
}

function update(given: Partial<Options>): void {
  options = { ...needed('update'), ...checked('update', given) }
  if (host !== null) stand(host)
  show()
  guest?.dress()
}

function askSoon(): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(() => void ask(), { timeout: IDLE_MS })
  else setTimeout(() => void ask(), 1_000)
}

/** How much is unread: once the frame is there, it says so itself. Whatever fails, there is no number. */
async function ask(): Promise<void> {
  const asking = options
  if (!ASKS || asking === null || asking.unread === false || guest !== null) return
  askedAt = Date.now()
  try {
    const token: unknown = await asking.getToken()
    if (options !== asking || guest !== null) return
    // No person is signed in any more: the number was of the one before.
    if (typeof token !== 'string') return count(0)
    const answer = await fetch(`${ORIGIN}/v1/me/unread`, { headers: { authorization: `Bearer ${token}` }, credentials: 'omit' })
    const body: unknown = answer.ok ? await answer.json() : null
    // Another person may have come meanwhile, or the frame.
    if (options !== asking || guest !== null) return
    const tickets: unknown = Reflect.get(Object(body), 'tickets')
    if (typeof tickets === 'number') count(tickets)
    else if (answer.status === 401) count(0)
  } catch {
    // The network, the host's own function, or a site that the desk does not know.
  }
}

/** In the page, also after it has replaced everything that stood in it. */
function stand(made: HTMLElement): void {
  if (!made.isConnected) document.documentElement.append(made)
}

function show(): void {
  const words = WORDS[language()]
  const { color = '#2f5bd0', position = 'right' } = { ...DESK, ...options }
  if (box !== null) {
    box.className = position
    box.style.setProperty('--c', color)
  }
  path?.setAttribute('d', SHAPES[isOpen ? 1 : 0])
  launcher?.setAttribute('aria-expanded', String(isOpen))
  launcher?.setAttribute('aria-label', (words?.[isOpen ? 1 : 0] ?? '') + (unread > 0 ? ` (${unread})` : ''))
  if (badge !== null) {
    badge.hidden = unread === 0 || isOpen
    badge.textContent = unread > 99 ? '99+' : String(unread)
  }
}

function language(): string {
  const wanted = (options?.language ?? document.documentElement.lang).slice(0, 2)
  return Object.hasOwn(WORDS, wanted) ? wanted : 'en'
}

function open(what?: string | { readonly text: string }): void {
  needed('open')
  const text: unknown = typeof what === 'object' ? what?.text : null
  if (typeof what === 'string' ? !/^TKT-\d+$/i.test(what) : what !== undefined && typeof text !== 'string') throw wrong('open takes the number of a ticket, such as TKT-000042, or { text }')
  void bring(true, what === undefined ? undefined : typeof what === 'string' ? { type: 'go', ticket: what.toUpperCase() } : { type: 'write', text })
}

/** Opens it, with what shows it: fetched the first time. */
async function bring(byPerson: boolean, message?: object): Promise<void> {
  const [mine, was] = [box, isOpen]
  if (mine === null || host === null) return
  stand(host)
  notice?.remove()
  isOpen = true
  show()
  if (!was) tell('open', undefined)
  try {
    const { createGuest } = await guestFile()
    // Closed meanwhile, or shut down.
    if (box !== mine || !isOpen) return
    guest ??= createGuest(pageOf(mine))
    if (message !== undefined) guest.send(message)
    guest.show(true, byPerson)
  } catch (fault) {
    console.error('Helpline: the widget cannot be fetched.', fault)
    if (box === mine) close()
  }
}

const guestFile = (): Promise<typeof import('./guest.ts')> => import(/* @vite-ignore */ new URL(HELPLINE_GUEST, ORIGIN).href)

const pageOf = (place: HTMLElement): Page => ({
  origin: ORIGIN,
  box: place,
  look() {
    const { getToken: _, unread: __, ...look } = { ...DESK, ...options }
    return look
  },
  token: () => options?.getToken() ?? null,
  language,
  tell: (event, value) => tell(event, value),
  count,
  close,
  failed(said) {
    guest = null
    notice = said
    if (isOpen) place.prepend(said)
  },
})

function close(): void {
  if (!isOpen) return
  isOpen = false
  notice?.remove()
  show()
  guest?.show(false, true)
  launcher?.focus()
  tell('close', undefined)
}

function count(n: number): void {
  unread = n
  show()
  tell('unread', n)
}

function tell(event: string, value: unknown): void {
  for (const [name, listener] of [...listeners]) if (name === event) Reflect.apply(listener, null, [value])
}

/** Another person is signed in now, or none: the frame forgets and goes; a new one comes when it is wanted. */
async function identify(given: Partial<Options> = {}): Promise<void> {
  options = { ...needed('identify'), ...checked('identify', given) }
  const old = guest
  await old?.end(false)
  if (guest !== old) return
  guest = null
  count(0)
  if (isOpen) void bring(false)
  else askSoon()
}

function shutdown(): void {
  const gone = host
  if (gone === null) return
  guest?.show(false, true)
  gone.style.setProperty('display', 'none', 'important')
  // The frame needs a moment to forget.
  void Promise.resolve(guest?.end(true)).then(() => gone.remove())
  stop.abort()
  isOpen = false
  listeners.length = unread = askedAt = 0
  options = host = box = launcher = badge = path = notice = guest = null
  try {
    sessionStorage.removeItem(ITEM)
  } catch {
    // Then it never held anything.
  }
}

function on<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): () => void {
  if (!EVENTS.includes(event)) throw wrong(`on: there is no event ${event}, only ${EVENTS.join(', ')}`)
  if (typeof listener !== 'function') throw wrong('on takes an event and a function')
  const entry: [string, (value: never) => void] = [event, listener]
  listeners.push(entry)
  return () => { if (listeners.includes(entry)) listeners.splice(listeners.indexOf(entry), 1) }
}

const API = { init, update, open, close, identify, shutdown, on, onUnread: (listener: (tickets: number) => void) => on('unread', listener) }

const before: unknown = Reflect.get(window, 'Helpline')
// Run again, as by a site that puts its pages' scripts into one document: the first one goes on, with its launcher and the person who is signed in.
if (typeof before !== 'object' || before === null || !('init' in before)) Reflect.set(window, 'Helpline', Object.assign(typeof before === 'object' && before !== null ? before : {}, API))
