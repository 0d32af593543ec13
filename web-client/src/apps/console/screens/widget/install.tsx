import { useEffect, useRef, useState } from 'preact/hooks'
import { policyFor, snippetFor } from '../../../../client/widget-setting.ts'
import { Button } from '../../../../ui/kit/button.tsx'
import { Tabs } from '../../../../ui/kit/tabs.tsx'
import { s } from './strings.ts'
import { W } from './testids.ts'

type Part = 'html' | 'policy'

/** The code that an admin copies into the pages of a website to show the widget. It contains this desk's address. */
export function Install({ origin }: { readonly origin: string }) {
  const [part, setPart] = useState<Part>('html')
  const code = part === 'html' ? snippetFor(origin, { comment: s('widget_setting.code_comment'), token: s('widget_setting.code_token') }) : policyFor(origin)
  return (
    <section class="card widget-install" aria-label={s('widget_setting.install')} data-testid={W.install}>
      <h2>{s('widget_setting.install')}</h2>
      <Tabs label={s('widget_setting.install')} value={part} options={[{ value: 'html', label: s('widget_setting.tab_html') }, { value: 'policy', label: s('widget_setting.tab_policy') }]} onChange={setPart}>
        <p class="muted">{s(part === 'html' ? 'widget_setting.html_hint' : 'widget_setting.policy_hint')}</p>
        <Code key={part} code={code} />
      </Tabs>
    </section>
  )
}

/** How long the copy button shows "Copied". */
const COPIED_MS = 4_000

function Code({ code }: { readonly code: string }) {
  const [state, setState] = useState<'ready' | 'copied' | 'marked'>('ready')
  const text = useRef<HTMLElement>(null)
  useEffect(() => {
    if (state === 'ready') return
    const timer = setTimeout(() => setState('ready'), COPIED_MS)
    return () => clearTimeout(timer)
  }, [state])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code)
      setState('copied')
    } catch {
      // The browser refused access to the clipboard, so select the code for the person to copy.
      if (text.current !== null) getSelection()?.selectAllChildren(text.current)
      setState('marked')
    }
  }
  return (
    <div class="widget-code">
      <pre dir="ltr" role="region" tabIndex={0} aria-label={s('widget_setting.code')}><code ref={text} data-testid={W.code}>{code}</code></pre>
      <Button icon={state === 'copied' ? 'check' : 'copy'} testid={W.copy} onClick={() => void copy()}>{s(state === 'copied' ? 'widget_setting.copied' : 'widget_setting.copy')}</Button>
      <span class="hidden" role="status" data-testid={W.copied}>{state === 'ready' ? '' : s(state === 'copied' ? 'widget_setting.copied' : 'widget_setting.marked')}</span>
      {state === 'marked' && <p class="muted" aria-hidden="true">{s('widget_setting.marked')}</p>}
    </div>
  )
}
