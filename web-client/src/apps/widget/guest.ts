// Loaded by loader.ts when the widget is first opened: creates the iframe in the host page, exchanges messages with it, and adapts it to
// the page's size, history and scrolling. One guest is one iframe.

import { brandTokens } from '../../client/brand.ts'

/** What the loader provides to the guest. */
export interface Page {
  readonly origin: string
  /** The element that the iframe is added to. */
  readonly box: HTMLElement
  /** The options of `Helpline.init`, completed by the desk's settings. */
  look(): { readonly getToken?: unknown; readonly unread?: boolean; readonly color?: string }
  token(): Promise<string | null> | string | null | undefined
  language(): string
  tell(event: string, value?: unknown): void
  count(unread: number): void
  close(): void
  /** Called when the iframe did not load. `notice` is shown in its place if the widget was open. */
  failed(notice: HTMLElement): void
}

/** A ticket number to open, or a text to put into the box. */
export type Wanted = string | { readonly text: string }

export interface Guest {
  /** Shows or hides the iframe. `byPerson` is false when the widget only reopens because it was open on the previous page. */
  show(on: boolean, byPerson: boolean): void
  /** Sends `what` to the iframe, now or as soon as it is ready. */
  send(what: Wanted): void
  /** Label of the launcher while the widget is open, in the page's language. */
  closes(): string
  /** Call after the options have changed. */
  dress(): void
  /** Another person may have signed in: the iframe forgets the previous one. `all`: even if it is the same person. Resolves to whether the iframe stays. */
  end(all: boolean): Promise<boolean>
}

const WORDS: Readonly<Record<string, readonly [title: string, close: string, failed: string]>> = {
  en: ['Support', 'Close support', 'Support cannot be shown on this page.'],
  ar: ['الدعم', 'أغلق الدعم', 'لا يمكن عرض الدعم في هذه الصفحة.'],
  de: ['Support', 'Support schließen', 'Der Support kann auf dieser Seite nicht angezeigt werden.'],
  fr: ['Assistance', 'Fermer l’assistance', 'L’assistance ne peut pas être affichée sur cette page.'],
}
/** An iframe that stays silent for this long after loading did not load the widget: the site is not allowed, or the desk is down. */
const READY_MS = 2_000
const FORGET_MS = 2_000
/** On screens this small, the widget covers the whole page. */
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
  /** Whether the iframe shows a view from which "back" leads to another view. */
  let isDeep = false
  /** True while `leave` is removing the widget's history entry. */
  let isLeaving = false
  let forgotten: (whose: unknown) => void = () => {}
  /** Events from the iframe that wait until it is known whether the person has changed. */
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
    // The iframe stays empty until it knows its colours. Without a colour from the page, it uses its own.
    post({ type: 'init', ...look, colors: colors(look.color), was })
  }

  /** On a small screen, "back" closes the widget. The entry added for this keeps the state that the page's own router has stored. */
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

  /** On a small screen, fits the iframe into the part of the page that the on-screen keyboard leaves. Not while the page is zoomed in. */
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
  /** Shows a notice in place of the iframe. Opening the widget again tries again. */
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

  /** Answers the iframe's request for a token, unless another iframe has replaced it since. */
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
      // An iframe that is not ready has asked for no token, so it belongs to no person yet.
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
        // The launcher's number was reset when the page called `identify`: set it again.
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

/** Stored per tab and site: `1` while the widget is open, `0` after it was used and closed, null before. The next page continues from it. */
function kept(value?: string): string | null {
  try {
    if (value !== undefined) sessionStorage.setItem(ITEM, value)
    return sessionStorage.getItem(ITEM)
  } catch {
    return null
  }
}
