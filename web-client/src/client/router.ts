// Where one is: which ticket or screen is open, and its query. In the address bar, where the page is ours.

import { signal } from '@preact/signals'
import { escaped, hasOwnQuery, type Place, type Router } from './memory-router.ts'

export function createRouter(base: string): Router {
  const read = (): Place => {
    const path = location.pathname.startsWith(`${base}/`) ? location.pathname.slice(base.length + 1) : ''
    return { rest: unescaped(path.replace(/\/$/, '')), query: new URLSearchParams(location.search) }
  }
  const place = signal(read())
  /** The query of the list, also while a place with its own is shown. */
  let listSearch = hasOwnQuery(place.peek().rest) ? '' : location.search
  const href = (rest: string) => `${base}${rest === '' ? '' : `/${escaped(rest)}`}${hasOwnQuery(rest) ? '' : listSearch}`
  const update = () => {
    place.value = read()
    if (!hasOwnQuery(place.peek().rest)) listSearch = location.search
  }
  addEventListener('popstate', update)
  return {
    place,
    href,
    go(rest) {
      if (rest === place.value.rest) return
      history.pushState(null, '', href(rest))
      update()
    },
    replace(rest) {
      history.replaceState(null, '', href(rest))
      update()
    },
    setQuery(query) {
      const text = query.toString()
      history.replaceState(null, '', `${location.pathname}${text === '' ? '' : `?${text}`}`)
      update()
    },
    leave() {
      listSearch = ''
      history.replaceState(null, '', base === '' ? '/' : base)
      update()
    },
    dispose: () => removeEventListener('popstate', update),
  }
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
