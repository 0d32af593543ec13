// The widget's first screen: a greeting, the team's availability, the text box, and the list of the person's tickets.

import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PlaceStore } from '../../client/kept-place.ts'
import type { FirstRest } from '../../client/person.ts'
import { isVisible, isUnfolded } from '../../client/visibility.ts'
import type { Availability } from '../../protocol/generated.ts'
import { t } from '../../locales/index.ts'
import { about, closedUntil } from '../../locales/own-words.ts'
import { T } from '../../testids.ts'
import { look } from './look.ts'

interface HomeProps {
  readonly name: string
  readonly rest: FirstRest
  readonly place: PlaceStore
  readonly ask: ComponentChildren
  /** The list of the person's tickets, or what is shown instead of the list. */
  readonly children: ComponentChildren
}

/** How often the team's availability is fetched. The requests are cheap, because the server caches its response for five seconds. */
const AVAILABILITY_MS = 10_000

export function Home({ name, rest, place, ask, children }: HomeProps) {
  const { scroller, content } = useScroll(place)
  const first = name.trim().split(/\s+/)[0] ?? ''
  return (
    <main class="widget-body" ref={scroller} data-testid={T.widgetHome}>
      <div ref={content}>
        <div class="hero">
          <p class="hello" data-testid={T.widgetGreeting}><bdi>{look.value.greeting ?? (first === '' ? t('widget.greet_all') : t('widget.greet', { name: first }))}</bdi></p>
          <AvailabilityLine rest={rest} />
        </div>
        {ask}
        {children}
      </div>
    </main>
  )
}

/** Restores the scroll position that the widget had on the previous page. It waits until the content is tall enough. */
function useScroll(place: PlaceStore) {
  const scroller = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const [element, inner] = [scroller.current, content.current]
    if (element === null || inner === null) return
    let top = place.now().top
    const restore = () => {
      if (top > 0 && element.scrollHeight - element.clientHeight >= top) {
        element.scrollTop = top
        top = 0
      }
    }
    const scrolled = () => { if (top === 0) place.keep({ top: Math.round(element.scrollTop) }) }
    // Stop restoring the position as soon as the person scrolls.
    const begun = () => { top = 0 }
    const grown = new ResizeObserver(restore)
    grown.observe(inner)
    element.addEventListener('scroll', scrolled, { passive: true })
    for (const type of ['wheel', 'touchmove', 'keydown']) element.addEventListener(type, begun, { passive: true })
    return () => {
      grown.disconnect()
      element.removeEventListener('scroll', scrolled)
      for (const type of ['wheel', 'touchmove', 'keydown']) element.removeEventListener(type, begun)
    }
  }, [place])
  return { scroller, content }
}

/** Says whether the team is available. The line is empty until the server has responded. */
function AvailabilityLine({ rest }: { readonly rest: FirstRest }) {
  const [now, setNow] = useState<Availability | null>(null)
  useEffect(() => {
    let current = true
    const load = () => { void rest.availability().then((result) => { if (current && result.ok) setNow(result.value) }) }
    // Fetch the availability when the widget opens, and repeat that while the widget is visible.
    const stop = isUnfolded.subscribe((on) => { if (on) load() })
    const timer = setInterval(() => { if (isVisible()) load() }, AVAILABILITY_MS)
    return () => {
      current = false
      stop()
      clearInterval(timer)
    }
  }, [rest])
  return (
    <p class={`availability ${now?.agents_online === true && now.open ? 'online' : ''}`} role="status" data-testid={T.availability} data-open={now?.open} data-online={now?.agents_online}>
      {now !== null && <span class="dot" aria-hidden="true" />}
      <span dir="auto">{now === null ? '\u00a0' : sentences(now).join(' ')}</span>
    </p>
  )
}

function sentences(now: Availability): readonly string[] {
  // The desk's notice may be written in the other text direction, so isolate it with Unicode isolate characters.
  if (!now.open) return [closedUntil(now.opens_at), ...(now.notice === null ? [] : [`\n\u2068${now.notice}\u2069`])]
  const took = now.first_answer_s === null ? [] : [t('widget.took', { time: about(now.first_answer_s) })]
  return now.agents_online ? [t('widget.online'), ...took] : [now.notice ?? t('widget.away')]
}
