// A part of a page that is fetched when it is first shown.

import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { sentencesCame, t } from '../locales/index.ts'
import { Skeleton } from './skeleton.tsx'

export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => preact.JSX.Element {
  let found: ComponentType<P> | null = null
  return function Lazy(props: P) {
    const [state, setState] = useState<'loading' | 'failed' | 'there'>(found === null ? 'loading' : 'there')
    useEffect(() => {
      if (state !== 'loading') return
      load().then(async (part) => { await sentencesCame(); found = part; setState('there') }).catch(() => setState('failed'))
    }, [state])
    if (state === 'failed') return <p class="problem" role="alert"><span>{t('problem.unreachable')}</span> <button type="button" class="quiet" onClick={() => setState('loading')}>{t('app.retry')}</button></p>
    const Part = found
    return Part === null ? <Skeleton lines={4} /> : <Part {...props} />
  }
}
