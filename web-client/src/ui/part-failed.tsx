// Shown instead of a part of the page that could not be loaded. Either the server was unreachable, or a new release no longer has the file.

import { useEffect, useState } from 'preact/hooks'
import { isOutdated, reloads } from '../client/outdated.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'
import { unreachable } from './lazy.tsx'

export function PartFailed({ fault, onRetry }: { readonly fault: unknown; readonly onRetry: () => void }) {
  const [isGone, setGone] = useState(false)
  useEffect(() => void isOutdated(import.meta.url, fault).then(setGone), [fault])
  if (!isGone) return unreachable(onRetry)
  const reload = () => {
    reloads(import.meta.url)
    location.reload()
  }
  return <p class="problem" role="alert" data-testid={T.outdated}><span>{t('app.outdated')}</span><button type="button" class="quiet" onClick={reload}>{t('app.reload')}</button></p>
}
