// What every screen of the settings has around it: the way back on a narrow page, its title, what it is for, and what it begins with.

import type { ComponentChildren } from 'preact'
import { t } from '../../../locales/index.ts'
import { T } from '../../../testids.ts'
import { useArrival } from '../../../ui/arrival.ts'
import { IconButton } from '../../../ui/kit/button.tsx'
import type { ConsoleContext } from '../context.ts'

interface ScreenPageProps {
  readonly context: Pick<ConsoleContext, 'go'>
  readonly title: string
  /** In a sentence: what it is for. */
  readonly hint?: ComponentChildren
  /** Beside the title: what one comes here to do. */
  readonly action?: ComponentChildren
  readonly testid?: string
  /** As wide as there is room: for tables. */
  readonly isWide?: boolean
  readonly children: ComponentChildren
}

export function ScreenPage({ context, title, hint, action, testid, isWide = false, children }: ScreenPageProps) {
  return (
    <section class="screen" aria-label={title} data-testid={testid}>
      <header class="screen-head">
        <span class="narrow-only"><IconButton icon="back" label={t('app.back')} testid={T.back} onClick={() => context.go('settings')} /></span>
        <div class="titles">
          <h1 ref={useArrival()} tabIndex={-1}>{title}</h1>
          {hint !== undefined && <p class="muted">{hint}</p>}
        </div>
        {action}
      </header>
      <div class={`screen-body ${isWide ? 'wide' : ''}`}>{children}</div>
    </section>
  )
}
