// Returns a component whose code is loaded when the component is first shown.

import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { sentencesCame, t } from '../locales/index.ts'
import { Skeleton } from './skeleton.tsx'

/** `lines`: how tall the placeholder is while the code loads; 0 for none. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>, lines = 4): (props: P) => preact.JSX.Element {
  let found: ComponentType<P> | null = null
  let fault: unknown = null
  return function Lazy(props: P) {
    const [state, setState] = useState<'working' | 'failed' | 'ready'>('working')
    useEffect(() => {
      if (state !== 'working' || found !== null) return
      load().then(async (part) => { await sentencesCame(); found = part; setState('ready') }, (error: unknown) => { fault = error; setState('failed') })
    }, [state])
    if (state === 'failed') return failed(() => setState('working'), fault)
    const Part = found
    return Part !== null ? <Part {...props} /> : <>{lines > 0 && <Skeleton lines={lines} />}</>
  }
}

export const unreachable = (onRetry: () => void) => <p class="problem" role="alert"><span>{t('problem.unreachable')}</span><button type="button" class="quiet" onClick={onRetry}>{t('app.retry')}</button></p>

let failed: (onRetry: () => void, fault: unknown) => preact.JSX.Element = unreachable

/** Sets what is shown instead of a component that could not be loaded. */
export function showFailed(show: typeof failed): void {
  failed = show
}
