import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Router } from '../../client/memory-router.ts'
import type { FirstRest } from '../../client/person.ts'
import { isVisible, isUnfolded } from '../../client/visibility.ts'
import type { Availability } from '../../protocol/generated.ts'
import { t, weekdayTime } from '../../locales/index.ts'
import { T } from '../../testids.ts'

interface HomeProps {
  readonly rest: FirstRest
  readonly router: Router
  /** The own tickets, or what stands in their place. */
  readonly children: ComponentChildren
}

/** An answer serves everybody for five seconds at the desk: asking costs it nothing. */
const AVAILABILITY_MS = 10_000

export function Home({ rest, router, children }: HomeProps) {
  return (
    <main class="widget-body" data-testid={T.widgetHome}>
      <div class="welcome">
        <p class="hello">{t('widget.hello')}</p>
        <AvailabilityLine rest={rest} />
        <button type="button" class="primary" data-testid={T.widgetStart} onClick={() => router.go('new')}>{t('widget.start')}</button>
      </div>
      {children}
    </main>
  )
}

/** Whether somebody is there. Nothing is promised until it is known. */
function AvailabilityLine({ rest }: { readonly rest: FirstRest }) {
  const [now, setNow] = useState<Availability | null>(null)
  useEffect(() => {
    let current = true
    const load = () => { void rest.availability().then((result) => { if (current && result.ok) setNow(result.value) }) }
    // At once when the widget is unfolded, and on while somebody can see it.
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
      <span dir="auto">{now === null ? '\u00a0' : sentence(now)}</span>
    </p>
  )
}

function sentence(now: Availability): string {
  if (!now.open) return now.notice ?? (now.opens_at === null ? t('widget.shut') : t('widget.opens', { when: weekdayTime(now.opens_at) }))
  return now.agents_online ? t('widget.online') : (now.notice ?? t('widget.away'))
}
