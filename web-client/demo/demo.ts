// The script of the demo website (development only). It lists the demo people, fetches their tokens, and logs each call to the widget. The
// visitor's choices are stored in the page's address, and the links to the site's other pages contain the same choices.

import type { HelplineEvents, HelplineOptions } from '../widget.d.ts'
import hostile from './hostile.css?url'

const CHOICES = ['person', 'lang', 'theme', 'position', 'color', 'hostile']
const EVENTS: readonly (keyof HelplineEvents)[] = ['ready', 'open', 'close', 'unread', 'message', 'ticket']
const query = new URLSearchParams(location.search)

function make<K extends keyof HTMLElementTagNameMap>(name: K, text = '', more: Partial<HTMLElementTagNameMap[K]> = {}): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  element.textContent = text
  return Object.assign(element, more)
}

const person = make('select', '', { id: 'person' })
const unread = make('output', '0', { id: 'unread' })
const log = make('ol', '', { id: 'log' })
log.setAttribute('aria-label', 'Events')
log.tabIndex = 0

function told(text: string, isBad = false): void {
  const line = make('li', '', { className: isBad ? 'bad' : '' })
  line.append(make('time', new Date().toTimeString().slice(0, 8)), text)
  log.prepend(line)
}

/** Stores the visitor's choice in this page's address and in the links to the site's other pages. */
function choose(name: string, value: string): void {
  if (value === '') query.delete(name)
  else query.set(name, value)
  history.replaceState(history.state, '', `?${query}`)
  carry()
}

function carry(): void {
  const kept = new URLSearchParams([...query].filter(([name]) => CHOICES.includes(name)))
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="/demo"]')) {
    const url = new URL(link.href)
    url.search = String(kept)
    link.href = url.href
    if (url.pathname === location.pathname) link.setAttribute('aria-current', 'page')
  }
}

function options(): HelplineOptions {
  const [language, theme, position, color] = ['lang', 'theme', 'position', 'color'].map((name) => query.get(name))
  return {
    getToken: () => token(person.value),
    ...(language == null ? {} : { language }),
    ...(theme === 'light' || theme === 'dark' ? { theme } : {}),
    ...(position === 'left' ? { position } : {}),
    ...(color == null ? {} : { color: `#${color.replace('#', '')}` }),
  }
}

async function token(user: string): Promise<string | null> {
  if (user === '') return null
  const response = await fetch('/dev/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }) })
  const answer: unknown = await response.json()
  return typeof answer === 'object' && answer !== null && 'token' in answer && typeof answer.token === 'string' ? answer.token : null
}

function listen(): void {
  for (const event of EVENTS) {
    window.Helpline.on(event, (value) => {
      if (event === 'unread' && typeof value === 'number') unread.value = String(value)
      told(`${event}${value === undefined ? '' : ` ${JSON.stringify(value)}`}`)
    })
  }
}

function init(): void {
  window.Helpline.init(options())
  // After `shutdown` the page must subscribe again, because `shutdown` also removes the page's listeners.
  if (!isListening) listen()
  isListening = true
}
let isListening = false

function choice(label: string, name: string, values: readonly (readonly [string, string])[], changed: (value: string) => void): HTMLLabelElement {
  const select = make('select', '', { id: name })
  for (const [value, text] of values) select.append(new Option(text, value))
  select.value = query.get(name) ?? ''
  select.addEventListener('change', () => {
    choose(name, select.value)
    run(() => changed(select.value))
  })
  const field = make('label', label)
  field.append(select)
  return field
}

function run(call: () => unknown): void {
  try {
    call()
  } catch (fault) {
    told(String(fault), true)
  }
  makeRoom()
}

/**
 * Puts the demo's control panel opposite the widget. The desk's settings may choose the widget's side, so this function checks whether the
 * element in the lower left corner is the launcher (an element next to `body`, not inside of it).
 */
function makeRoom(): void {
  const corner = document.elementFromPoint(48, innerHeight - 48)
  document.body.classList.toggle('widget-left', corner?.matches('html > div') === true)
}

function panel(): void {
  const place = document.querySelector('#panel')
  if (place === null) return
  const who = make('label', 'Signed in as')
  person.append(new Option('no one', ''))
  person.addEventListener('change', () => {
    choose('person', person.value)
    void window.Helpline.identify()
  })
  who.append(person)
  const count = make('p', 'Unread tickets: ')
  count.append(unread)
  const looks = make('div', '', { className: 'pair' })
  looks.append(
    choice('Colour', 'color', [['', 'desk’s'], ['e8b100', 'yellow'], ['111111', 'black'], ['c4161c', 'red'], ['0f766e', 'green']], (value) => window.Helpline.update({ color: `#${value === '' ? '2f5bd0' : value}` })),
    choice('Corner', 'position', [['', 'right'], ['left', 'left']], (value) => window.Helpline.update({ position: value === 'left' ? 'left' : 'right' })),
    choice('Theme', 'theme', [['', 'device’s'], ['light', 'light'], ['dark', 'dark']], (value) => window.Helpline.update({ theme: value === 'light' || value === 'dark' ? value : 'auto' })),
    choice('Language', 'lang', [['', 'browser’s'], ['en', 'English'], ['de', 'Deutsch'], ['fr', 'Français'], ['ar', 'العربية']], (value) => window.Helpline.update({ language: value === '' ? 'en' : value })),
  )
  const number = make('input', '', { id: 'ticket', value: 'TKT-000001' })
  number.setAttribute('aria-label', 'Number of a ticket')
  const calls: readonly (readonly [string, string, () => unknown])[] = [
    ['open', 'open()', () => window.Helpline.open()],
    ['open-ticket', 'open(ticket)', () => window.Helpline.open(number.value)],
    ['open-text', "open({ text: 'I need a hand' })", () => window.Helpline.open({ text: 'I need a hand' })],
    ['close', 'close()', () => window.Helpline.close()],
    ['update', "update({ greeting: 'Good to see you' })", () => window.Helpline.update({ greeting: 'Good to see you' })],
    ['identify', 'identify()', () => void window.Helpline.identify()],
    ['shutdown', 'shutdown()', () => { window.Helpline.shutdown(); isListening = false; unread.value = '0' }],
    ['init', 'init({ getToken })', init],
  ]
  const buttons = make('div', '', { className: 'run' })
  for (const [id, text, call] of calls) {
    const button = make('button', `Helpline.${text}`, { id, type: 'button' })
    button.addEventListener('click', () => run(call))
    buttons.append(button)
    if (id === 'open-ticket') buttons.append(number)
  }
  place.append(make('h2', 'What your page can call'), who, count, looks, buttons, make('h2', 'What it tells your page: on(event, …)'), log)
}

async function start(): Promise<void> {
  if (query.has('hostile')) document.head.append(make('link', '', { rel: 'stylesheet', href: hostile }))
  carry()
  panel()
  for (const button of document.querySelectorAll<HTMLElement>('[data-ask]')) button.addEventListener('click', () => run(() => window.Helpline.open({ text: button.dataset['ask'] ?? '' })))
  const people: unknown = await (await fetch('/dev/users')).json()
  const names = Array.isArray(people) ? people.flatMap((one: unknown) => (typeof one === 'object' && one !== null && 'name' in one && typeof one.name === 'string' ? [one.name] : [])) : []
  for (const name of names) person.append(new Option(name, name))
  person.value = query.get('person') ?? names[0] ?? ''
  run(init)
}

void start()
