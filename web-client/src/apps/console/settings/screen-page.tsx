// The layout that all settings screens share: a back link on narrow pages, the title, a hint, and the main action.

import type { ComponentChildren } from 'preact'
import { t } from '../../../locales/index.ts'
import { T } from '../../../testids.ts'
import { useArrival } from '../../../ui/arrival.ts'
import { IconButton } from '../../../ui/kit/button.tsx'
import type { ConsoleContext } from '../context.ts'

interface ScreenPageProps {
  readonly context: Pick<ConsoleContext, 'go'>
  readonly title: string
  /** One sentence that says what the screen is for. */
  readonly hint?: ComponentChildren
  /** The main action, shown next to the title. */
  readonly action?: ComponentChildren
  readonly testid?: string
  /** True for screens with a table, which use the full width. */
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
