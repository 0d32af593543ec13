// The script `/widget.js`, the only script that a host page includes. It shows the launcher and defines `window.Helpline`. The code that
// shows the iframe is loaded when the widget opens.
//
// Until the widget opens, the loader stores nothing. It sends one request when the page is idle, for the number of unread tickets.
// `unread: false` or `data-unread="off"` on the script switches the request off.
//
// A test compares the types of this file with widget.d.ts.

import type { Guest, Page, Wanted } from './guest.ts'

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

/** Path of the script that contains guest.ts. The build inserts the path. */
declare const HELPLINE_GUEST: string

export type Api = Readonly<typeof API>

const SCRIPT = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null
const ORIGIN = new URL(SCRIPT?.src ?? location.href).origin
/** The launcher's label while the widget is closed, by language. guest.ts has the labels for the open widget. */
const WORDS: Readonly<Record<string, string>> = { en: 'Open support', ar: 'افتح الدعم', de: 'Support öffnen', fr: 'Ouvrir l’assistance' }
const TEXT = [/^string/, 'a text'] as const
/** For each option: a pattern that its type and value must match, and the same rule in words for error messages. */
const RULES: Readonly<Record<string, readonly [RegExp, string]>> = {
  getToken: [/^function/, 'a function'],
  unread: [/^boolean/, 'true or false'],
  color: [/^string #[\da-f]{6}$/i, '#rrggbb'],
  position: [/^string (left|right)$/, 'left or right'],
  theme: [/^string (auto|light|dark)$/, 'auto, light or dark'],
  language: TEXT,
  logo: TEXT,
  teamName: TEXT,
  greeting: TEXT,
}
const EVENTS = 'ready, open, close, unread, message, ticket'
/** The request for the unread number waits until the page is idle, but at most this long. */
const IDLE_MS = 5_000
/** When the tab becomes visible again, the unread number is requested again if the last request was longer ago than this. */
const AGAIN_MS = 60_000
const ITEM = 'helpline.widget'
/**
 * The styles of the launcher. Rules on `:host` need `!important`, because otherwise the host page's rules win. The icon is black or white,
 * whichever contrasts more with the launcher's colour. Browsers without `lab(from …)` always draw it white.
 */
const STYLE = `
:host{all:initial!important;position:fixed!important;z-index:2147483000!important}
button{all:unset;position:fixed;bottom:calc(20px + env(safe-area-inset-bottom));width:56px;height:56px;border-radius:50%;background:var(--c);color:#fff;cursor:pointer;display:grid;place-items:center;box-shadow:0 0 0 1px rgb(128 128 128/.25),0 8px 28px rgb(10 14 22/.28)}
button:hover{transform:scale(1.06)}
button:focus-visible{outline:2px solid #fff;box-shadow:0 0 0 5px #1b2130}
svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:2}
b{position:absolute;top:-3px;right:-3px;min-width:10px;padding:0 5px;border-radius:10px;background:#b3261e;color:#fff;font:700 12px/20px system-ui,sans-serif;text-align:center;box-shadow:0 0 0 2px #fff}
.right>*{right:20px}.left>*{left:20px}[hidden]{display:none!important}
@supports(color:lab(from red l 0 0)){button{color:lab(from var(--c) calc((49.4 - l)*99) 0 0)}}
@media(prefers-reduced-motion:no-preference){button{transition:transform .15s}}`
const BUBBLE = 'M5 4h14a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-6l-5 4v-4H5a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z'
const DOWN = 'M6 9l6 6 6-6'

/** The options from the desk's settings. The server replaces the text in `JSON.parse` with these settings. */
let desk: Partial<Options> = {}
try {
  const { color, position, team_name: teamName }: Readonly<Record<string, unknown>> = JSON.parse('__HELPLINE_WIDGET__')
  desk = checked('', { color, position, teamName })
} catch {
  // The server has inserted no settings, so use the default look.
}

const element = (name: string) => document.createElement(name)
const drawn = (name: string) => document.createElementNS('http://www.w3.org/2000/svg', name)
const host = element('div')
const box = element('div')
const launcher = element('button')
const sign = drawn('svg')
const path = drawn('path')
const badge = element('b')
const sheet = new CSSStyleSheet()
sheet.replaceSync(STYLE)
const root = host.attachShadow({ mode: 'closed' })
root.adoptedStyleSheets = [sheet]
root.append(box)
box.append(launcher)
launcher.append(sign, badge)
launcher.addEventListener('click', () => (isOpen ? close() : open()))
sign.append(path)

let options: Partial<Options> | null = null
let notice: HTMLElement | null = null
let guest: Guest | null = null
/** Settles when the iframe of the previous person has been cleared and removed. The next iframe is created after that. */
let ending = Promise.resolve()
/** Increased by `shutdown`. Asynchronous work remembers the number, and stops if a `shutdown` has changed it. */
let round = 0
let isOpen = false
/** The launcher's unread number. Undefined until the first number has been received. */
let unread: number | undefined
let askedAt = 0
/** What the page has asked the widget to show, kept until the script of guest.ts (which creates the widget's iframe) has been loaded. */
let wishes: Wanted[] = []
let events = new EventTarget()

function wrong(why: string): never {
  throw new TypeError(`Helpline.${why}`)
}

/**
 * Checks options and returns those that are set. Throws if an option given by the page is invalid. If `call` is empty, the options come
 * from the desk's settings, and invalid ones are dropped.
 */
function checked(call: string, given: object): Partial<Options> {
  if (Object(given) !== given) wrong(`${call} takes an object`)
  const said: Partial<Options> = {}
  for (const [name, [like, what]] of Object.entries(RULES)) {
    const value: unknown = Reflect.get(given, name)
    if (value === undefined && (call !== 'init' || name !== 'getToken')) continue
    if (like.test(typeof value + (typeof value === 'string' ? ` ${value}` : ''))) Reflect.set(said, name, value)
    else if (call) wrong(`${call}: ${name} is ${what}`)
  }
  return said
}

function needed(call: string): Partial<Options> {
  if (options === null) wrong(`${call}: call Helpline.init first`)
  return options
}

function change(call: string, given: Partial<Options>): void {
  options = { ...needed(call), ...checked(call, given) }
}

function init(given: Options): void {
  const said = checked('init', given)
  if (options !== null) return update(said)
  options = { ...desk, ...said }
  box.hidden = false
  document.addEventListener('visibilitychange', lookedAt)
  show()
  try {
    // The widget was open on the previous page, so open it again.
    if (sessionStorage.getItem(ITEM) === '1') void bring(false)
  } catch {
    // The browser does not let the page use storage, so the widget stays closed.
  }
  askSoon()
}

function update(given: Partial<Options>): void {
  change('update', given)
  show()
  guest?.dress()
}

function lookedAt(): void {
  if (!document.hidden && Date.now() - askedAt > AGAIN_MS) askSoon()
}

function askSoon(): void {
  if ('requestIdleCallback' in window) requestIdleCallback(ask, { timeout: IDLE_MS })
  else setTimeout(ask, 1_000)
}

/**
 * Fetches the number of unread tickets. Does nothing if the widget is open or its iframe exists, because the iframe reports the number
 * itself.
 */
async function ask(): Promise<void> {
  const mine = ending
  await mine
  if (options === null || isOpen || guest !== null) return
  askedAt = Date.now()
  // If the request fails, the page's listeners get the number that is already known. After `identify` this number is 0.
  let tickets: unknown = unread
  try {
    if (SCRIPT?.dataset['unread'] !== 'off' && options.unread !== false) {
      const token: unknown = await options.getToken?.()
      const answer = typeof token === 'string' && await fetch(`${ORIGIN}/v1/me/unread`, { headers: { authorization: `Bearer ${token}` }, credentials: 'omit' })
      // A 401 response means that the person has been signed out.
      tickets = answer && answer.status !== 401 ? Reflect.get(Object(await answer.json()), 'tickets') ?? unread : 0
    }
  } catch {
    // The network failed, the host's `getToken` failed, or the desk does not allow this site. The unread number keeps its value.
  }
  // Use the fetched number only if, during the request, the person has not changed and no iframe has been created.
  if (ending === mine && guest === null && typeof tickets === 'number') count(tickets)
}

function show(): void {
  // If the page has replaced its whole content, the launcher has been removed too, so add the launcher again.
  if (!host.isConnected) document.documentElement.append(host)
  const { color = '#2f5bd0', position = 'right' } = options ?? {}
  box.className = position
  box.style.setProperty('--c', color)
  path.setAttribute('d', isOpen ? DOWN : BUBBLE)
  launcher.ariaExpanded = `${isOpen}`
  launcher.ariaLabel = (isOpen && guest?.closes() || WORDS[language()]) + (unread ? ` (${unread})` : '')
  badge.hidden = !unread || isOpen
  badge.textContent = Number(unread) > 99 ? '99+' : `${unread}`
}

function language(): string {
  const wanted = (options?.language ?? document.documentElement.lang).slice(0, 2)
  return wanted in WORDS ? wanted : 'en'
}

function open(what?: Wanted): void {
  needed('open')
  if (what !== undefined) {
    if (!(typeof what === 'string' ? /^TKT-\d+$/i.test(what) : typeof Object(what).text === 'string')) wrong('open takes a number, as TKT-000042, or { text }')
    wishes.push(what)
  }
  void bring(true)
}

/** Opens the widget. The first call loads the script of guest.ts, which creates the widget's iframe. */
async function bring(byPerson: boolean): Promise<void> {
  const mine = round
  const was = isOpen
  notice?.remove()
  isOpen = true
  show()
  if (!was) tell('open')
  try {
    const { createGuest } = await guestFile()
    // Read `ending` only after the import. If the page has called `identify` during the import, `ending` is now a newer promise.
    await ending
    // Stop if the page has closed the widget or shut it down while the script was loading.
    if (round !== mine || !isOpen) return
    guest ??= createGuest(PAGE)
    show()
    for (const wish of wishes.splice(0)) guest.send(wish)
    guest.show(true, byPerson)
  } catch (fault) {
    console.error('Helpline:', fault)
    if (round === mine) close()
  }
}

const guestFile = (): Promise<typeof import('./guest.ts')> => import(/* @vite-ignore */ new URL(HELPLINE_GUEST, ORIGIN).href)

const PAGE: Page = {
  origin: ORIGIN,
  box,
  look: () => options ?? {},
  token: () => options?.getToken?.(),
  language,
  tell,
  count,
  close,
  failed(said) {
    guest = null
    notice = said
    if (isOpen) box.prepend(said)
  },
}

function close(): void {
  if (!isOpen) return
  // Closing moves the focus to the launcher only if the focus is in the widget.
  const inside = root.activeElement
  isOpen = false
  notice?.remove()
  show()
  guest?.show(false, true)
  if (inside !== null) launcher.focus()
  tell('close')
}

function count(n: number): void {
  unread = n
  show()
  tell('unread', n)
}

/**
 * Reports an event to the page's listeners. A DOM event is used, so that an error in one listener is logged and the other listeners still
 * run.
 */
function tell(event: string, value?: unknown): void {
  events.dispatchEvent(new CustomEvent(event, { detail: value }))
}

/**
 * Called when the signed-in person may have changed, or signed out. The iframe forgets a previous person, and a new iframe is created when
 * needed.
 */
async function identify(given: Partial<Options> = {}): Promise<void> {
  change('identify', given)
  unread = 0
  show()
  end(false)
  if (isOpen) void bring(false)
  askSoon()
  return ending
}

/** Makes the widget's iframe (`guest`) forget the signed-in person. Several calls run one after the other. */
function end(all: boolean): void {
  ending = ending.then(async () => {
    if (!await guest?.end(all)) guest = null
  })
}

function shutdown(): void {
  if (options === null) return
  guest?.show(false, true)
  box.hidden = true
  // Clearing the iframe is asynchronous. Work that was started before `shutdown` sees that `round` has changed, and stops.
  round++
  wishes = []
  end(true)
  void ending.then(() => { if (options === null) host.remove() })
  document.removeEventListener('visibilitychange', lookedAt)
  isOpen = false
  events = new EventTarget()
  notice?.remove()
  unread = undefined
  options = null
  try {
    sessionStorage.removeItem(ITEM)
  } catch {
    // The browser does not let the page use storage, so no value has been stored.
  }
}

function on<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): () => void {
  if (!EVENTS.split(', ').includes(event)) wrong(`on: there is no event ${event}, only ${EVENTS}`)
  if (typeof listener !== 'function') wrong('on takes a function')
  const mine = events
  const hear = (said: Event) => listener(Reflect.get(said, 'detail') ?? undefined)
  mine.addEventListener(event, hear)
  return () => mine.removeEventListener(event, hear)
}

const API = { init, update, open, close, identify, shutdown, on, onUnread: (listener: (tickets: number) => void) => on('unread', listener) }

const helpline: object = Object(Reflect.get(window, 'Helpline'))
// A website that swaps pages within one document may run this script several times. Keep the first instance, with its launcher and person.
if (!('init' in helpline)) Reflect.set(window, 'Helpline', Object.assign(helpline, API))
