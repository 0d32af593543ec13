// The current location in the app: the open ticket or screen, and the query. On Helpline's own pages, it is kept in the address bar.

import { signal } from '@preact/signals'
import { thisPage, type Page } from './browser.ts'
import { escaped, hasOwnQuery, type Place, type Router } from './memory-router.ts'
import { onWindow } from './on-window.ts'

export function createRouter(base: string, page: Pick<Page, 'location' | 'history' | 'addEventListener' | 'removeEventListener'> = thisPage): Router {
  const read = (): Place => {
    const path = page.location.pathname.startsWith(`${base}/`) ? page.location.pathname.slice(base.length + 1) : ''
    return { rest: unescaped(path.replace(/\/$/, '')), query: new URLSearchParams(page.location.search) }
  }
  const place = signal(read())
  /** The query string of the ticket list, kept while a screen with a different query string is open. */
  let listSearch = hasOwnQuery(place.peek().rest) ? '' : page.location.search
  const href = (rest: string) => `${base}${rest === '' ? '' : `/${escaped(rest)}`}${hasOwnQuery(rest) ? '' : listSearch}`
  const update = () => {
    place.value = read()
    if (!hasOwnQuery(place.peek().rest)) listSearch = page.location.search
  }
  const stop = onWindow('popstate', update, page)
  return {
    place,
    href,
    go(rest) {
      if (rest === place.value.rest) return
      page.history.pushState(null, '', href(rest))
      update()
    },
    replace(rest) {
      page.history.replaceState(null, '', href(rest))
      update()
    },
    setQuery(query) {
      const text = query.toString()
      page.history.replaceState(null, '', `${page.location.pathname}${text === '' ? '' : `?${text}`}`)
      update()
    },
    leave() {
      page.history.replaceState(null, '', base === '' ? '/' : base)
      update()
    },
    dispose: stop,
  }
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
