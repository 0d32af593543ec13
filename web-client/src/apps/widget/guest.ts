// The part of the widget's script that loader.ts loads when the widget is first opened. It creates the widget's iframe (the "guest") in the
// host page, exchanges messages with it, and adapts it to the page's size, history and scrolling.

import { brandTokens } from '../../client/brand.ts'

/** What loader.ts provides to the code in this file. The word page means the host page, which contains the widget's iframe. */
export interface Page {
  readonly origin: string
  /** The element to which the iframe is added. */
  readonly box: HTMLElement
  /** The options given to `Helpline.init`. Options that were not given come from the desk's settings. */
  look(): { readonly getToken?: unknown; readonly unread?: boolean; readonly color?: string }
  token(): Promise<string | null> | string | null | undefined
  language(): string
  tell(event: string, value?: unknown): void
  count(unread: number): void
  close(): void
  /** Called if the iframe did not load. If the widget is open, the loader shows `notice` instead. */
  failed(notice: HTMLElement): void
}

/** What the page asks the widget to show: the number of a ticket to open, or a text to put into the text box. */
export type Wanted = string | { readonly text: string }

export interface Guest {
  /** Shows or hides the iframe. `byPerson` is false if the widget reopens only because it was open on the previous page. */
  show(on: boolean, byPerson: boolean): void
  /** Sends `what` to the iframe: at once, or as soon as the iframe is ready. */
  send(what: Wanted): void
  /** The launcher's label while the widget is open, in the language of the page. */
  closes(): string
  /** Sends the options to the iframe. Call this after the options have changed. */
  dress(): void
  /**
   * Makes the iframe forget its person if another person has signed in, or in any case if `all` is true. Resolves to true if the iframe
   * stays in use, false if it was removed.
   */
  end(all: boolean): Promise<boolean>
}

const WORDS: Readonly<Record<string, readonly [title: string, close: string, failed: string]>> = {
  en: ['Support', 'Close support', 'Support cannot be shown on this page.'],
  ar: ['الدعم', 'أغلق الدعم', 'لا يمكن عرض الدعم في هذه الصفحة.'],
  de: ['Support', 'Support schließen', 'Der Support kann auf dieser Seite nicht angezeigt werden.'],
  fr: ['Assistance', 'Fermer l’assistance', 'L’assistance ne peut pas être affichée sur cette page.'],
}
/**
 * How long the loaded iframe may take to report that it is ready. After that time the widget counts as failed: the desk does not allow the
 * site, or the desk is down.
 */
const READY_MS = 2_000
const FORGET_MS = 2_000
/** On screens that match this media query, the widget covers the whole page. */
const SMALL = '(max-width:480px),(max-height:480px)'
const ITEM = 'helpline.widget'
const STYLE = `
p,iframe{all:unset;position:fixed;bottom:calc(88px + env(safe-area-inset-bottom));box-sizing:border-box;border-radius:16px;background:#fff;box-shadow:0 0 0 1px rgb(128 128 128/.2),0 4px 12px rgb(10 14 22/.12),0 16px 48px rgb(10 14 22/.24)}
p{max-width:min(320px,calc(100vw - 40px));padding:16px;color:#1b2130;font:15px/1.5 system-ui,sans-serif}
iframe{width:400px;height:min(680px,calc(100vh - 108px));background:Canvas;animation:come .2s ease-out}
@keyframes come{from{opacity:0;transform:translateY(12px)}}
@media${SMALL}{
iframe{inset:0!important;width:100%;height:100%;border-radius:0;box-shadow:none;padding:env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left)}
iframe:not([hidden])~button{display:none}
}
@media(prefers-reduced-motion:reduce){iframe{animation:none}}`

export function createGuest(page: Page): Guest {
  const small = matchMedia(SMALL)
  const lock = new CSSStyleSheet()
  lock.replaceSync(`@media${SMALL}{html,body{overflow:hidden!important}}`)
  const stop = new AbortController()
  const waiting: object[] = []
  const was = kept() !== null
  let isReady = false
  let isOpen = false
  let isByPerson = false
  /** Whether the iframe shows a view from which "back" leads to another view of the widget. */
  let isDeep = false
  /** True while `leave` is going back over the widget's history entry. */
  let isLeaving = false
  let forgotten: (whose: unknown) => void = () => {}
  /** Events from the iframe that wait until it is known whether the signed-in person has changed. Null if events need not wait. */
  let held: (() => void)[] | null = null
  const heard = (tell: () => void) => { if (held === null) tell(); else held.push(tell) }
  let unread: number | null = null

  const frame = document.createElement('iframe')
  frame.allow = 'clipboard-write'
  frame.hidden = true
  frame.src = `${page.origin}/widget?origin=${encodeURIComponent(location.origin)}`
  const root = page.box.getRootNode()
  if (root instanceof ShadowRoot && root.adoptedStyleSheets.length < 2) {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLE)
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
  }

  const post = (message: object) => frame.contentWindow?.postMessage({ helpline: 1, ...message }, page.origin)
  const words = () => WORDS[page.language()] ?? WORDS['en'] ?? ['', '', '']

  const colors = (color = '') => brandTokens(color) ?? {}
  const dress = () => {
    frame.title = words()[0]
    if (!isReady) return
    const { getToken: _, unread: __, ...look } = page.look()
    // The iframe shows nothing until it receives this message with its colours. If the page sets no colour, the iframe uses its default.
    post({ type: 'init', ...look, colors: colors(look.color), was })
  }

  /**
   * On a small screen, adds a history entry, so that the browser's "back" closes the widget. The entry keeps the state that the page's own
   * router has stored.
   */
  const step = () => { if (small.matches && !isOurs()) history.pushState({ ...history.state, helpline: 1 }, '') }
  const leave = () => {
    if (!isOurs()) return
    isLeaving = true
    history.back()
  }
  const wentBack = () => {
    if (isLeaving) {
      isLeaving = false
      if (isOpen) step()
    } else if (isOpen && small.matches && !isOurs()) {
      if (!isDeep) return page.close()
      post({ type: 'back' })
      step()
    }
  }

  /**
   * On a small screen, fits the iframe into the part of the page that the on-screen keyboard leaves free. Does nothing while the page is
   * zoomed in.
   */
  const fit = () => {
    const seen = visualViewport
    if (seen === null) return
    const isSmall = small.matches && seen.scale < 1.1
    for (const [name, px] of [['top', seen.offsetTop], ['height', seen.height]] as const) {
      if (isSmall) frame.style.setProperty(name, `${px}px`, 'important')
      else frame.style.removeProperty(name)
    }
  }

  const show = (on: boolean, byPerson: boolean) => {
    isOpen = on
    isByPerson = byPerson
    frame.hidden = !on
    const others = document.adoptedStyleSheets.filter((sheet) => sheet !== lock)
    document.adoptedStyleSheets = on ? [...others, lock] : others
    if (isReady || !on) kept(on ? '1' : '0')
    post({ type: 'open', on, byPerson })
    fit()
    if (!on) return leave()
    if (!byPerson) return
    step()
    frame.focus()
  }

  const remove = () => {
    stop.abort()
    frame.remove()
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== lock)
  }
  /** Replaces the iframe with a notice. Opening the widget again creates a new iframe. */
  const failed = () => {
    if (isReady || stop.signal.aborted) return
    remove()
    leave()
    console.error(`Helpline: ${page.origin} showed no widget here. Is ${location.origin} among its --widget-sites?`)
    const notice = document.createElement('p')
    notice.setAttribute('role', 'alert')
    notice.textContent = words()[2]
    page.failed(notice)
  }

  /** Answers the iframe's request for a token, unless the iframe is removed before the host page supplies the token. */
  const give = async (id: number) => {
    let answer: object
    try {
      const token: unknown = await page.token()
      answer = { token: typeof token === 'string' ? token : null }
    } catch {
      answer = { failed: true }
    }
    if (!stop.signal.aborted) post({ type: 'token', id, ...answer })
  }

  const received = ({ data, source, origin }: MessageEvent<unknown>) => {
    if (source !== frame.contentWindow || origin !== page.origin || typeof data !== 'object' || data === null) return
    const of = (name: string): unknown => Reflect.get(data, name)
    if (of('helpline') !== 1) return
    const [id, n, ticket] = [of('id'), of('n'), of('ticket')]
    switch (of('type')) {
      case 'ready':
        isReady = true
        dress()
        if (isOpen) kept('1')
        post({ type: 'open', on: isOpen, byPerson: isByPerson })
        for (const message of waiting.splice(0)) post(message)
        return page.tell('ready')
      case 'token': return void (typeof id === 'number' && give(id))
      case 'unread':
        if (typeof n === 'number' && n >= 0) heard(() => page.count(unread = Math.floor(n)))
        return
      case 'close': return page.close()
      case 'place': isDeep = of('deep') === true; return
      case 'message':
      case 'ticket':
        if (typeof ticket === 'string') heard(() => page.tell(String(of('type')), { ticket }))
        return
      case 'forgotten': return forgotten(of('whose'))
    }
  }

  const { signal } = stop
  addEventListener('message', received, { signal })
  addEventListener('popstate', wentBack, { signal })
  for (const type of ['resize', 'scroll']) visualViewport?.addEventListener(type, fit, { signal })
  frame.addEventListener('load', () => setTimeout(failed, READY_MS), { signal })
  page.box.prepend(frame)
  dress()
  return {
    show,
    dress,
    closes: () => words()[1],
    send(what) {
      const message = typeof what === 'string' ? { type: 'go', ticket: what } : { type: 'write', text: what.text }
      if (isReady) post(message)
      else waiting.push(message)
    },
    async end(all) {
      // An iframe that is not ready has not asked for a token, so it belongs to no person yet and can be kept.
      if (!isReady && !all) return true
      held = []
      const whose = isReady && await new Promise<unknown>((done) => {
        forgotten = done
        post({ type: 'forget', all })
        setTimeout(done, FORGET_MS)
      })
      const told = held
      held = null
      if (whose === 'same') {
        // `identify` has set the launcher's unread number to 0. The person is the same as before `identify`, so restore the number.
        if (unread !== null) page.count(unread)
        for (const tell of told) tell()
        return true
      }
      if (whose === 'unknown') {
        if (unread) page.count(unread = 0)
        return true
      }
      remove()
      return false
    },
  }
}

function isOurs(): boolean {
  return Reflect.get(Object(history.state), 'helpline') === 1
}

/**
 * Reads or stores the widget's state for the next page of this site in this tab. `1`: the widget is open; `0`: the widget was used and then
 * closed; null: the widget was never used.
 */
function kept(value?: string): string | null {
  try {
    if (value !== undefined) sessionStorage.setItem(ITEM, value)
    return sessionStorage.getItem(ITEM)
  } catch {
    return null
  }
}
