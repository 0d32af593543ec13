// Where one is: which ticket is open, and the filters. In the address bar, where the page is ours.

import { signal } from '@preact/signals'
import type { Place, Router } from './memory-router.ts'

export function createRouter(base: string): Router {
  const read = (): Place => {
    const path = location.pathname.startsWith(`${base}/`) ? location.pathname.slice(base.length + 1) : ''
    return { rest: unescaped(path.replace(/\/$/, '')), query: new URLSearchParams(location.search) }
  }
  const place = signal(read())
  const href = (rest: string) => `${base}${rest === '' ? '' : `/${encodeURIComponent(rest)}`}${location.search}`
  const update = () => { place.value = read() }
  addEventListener('popstate', update)
  return {
    place,
    href,
    go(rest) {
      if (rest === place.value.rest) return
      history.pushState(null, '', href(rest))
      update()
    },
    setQuery(query) {
      const text = query.toString()
      history.replaceState(null, '', `${location.pathname}${text === '' ? '' : `?${text}`}`)
      update()
    },
    leave() {
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
