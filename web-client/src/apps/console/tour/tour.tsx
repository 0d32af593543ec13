// The first day in the console, in a few steps that point at what they speak of. It takes no key and no click from what is below.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { t } from '../../../locales/index.ts'
import { TOUR } from '../../../testids.ts'
import { Button, IconButton } from '../../../ui/kit/button.tsx'
import { useSheet } from '../../../ui/use-sheet.ts'
import { STEPS, type Step } from './steps.ts'
import { s } from './strings.ts'
import css from './tour.css?inline'

interface Box {
  readonly top: number
  readonly left: number
  readonly width: number
  readonly height: number
}

const MARGIN_PX = 4

export function Tour({ onClose }: { readonly onClose: () => void }) {
  const [at, setAt] = useState(0)
  const card = useRef<HTMLElement>(null)
  useSheet(card, css)
  const step = STEPS[at]
  const box = useBox(card, step)
  // Where the focus goes at its beginning; afterwards it stays at the button that is pressed.
  useEffect(() => card.current?.focus({ preventScroll: true }), [])
  if (step === undefined) return null
  const isLast = at === STEPS.length - 1
  return (
    <>
      {box !== null && <div class="tour-frame" aria-hidden="true" style={{ top: `${box.top}px`, left: `${box.left}px`, width: `${box.width}px`, height: `${box.height}px` }} />}
      <section ref={card} class="tour" role="dialog" aria-labelledby="tour-title" tabIndex={-1} data-testid={TOUR.card} data-step={step.name} onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); onClose() } }}>
        <div class="line"><h2 id="tour-title" class="spacer">{s(`tour.${step.name}.title`)}</h2><IconButton icon="close" label={s('tour.end')} testid={TOUR.end} onClick={onClose} /></div>
        <p role="status">{s(`tour.${step.name}.text`)}</p>
        <div class="tour-foot">
          <span class="muted spacer">{s('tour.step', { n: at + 1, of: STEPS.length })}</span>
          {at > 0 && <Button kind="quiet" onClick={() => setAt(at - 1)}>{t('app.back')}</Button>}
          <Button kind="primary" testid={TOUR.next} onClick={isLast ? onClose : () => setAt(at + 1)}>{isLast ? s('tour.done') : s('tour.next')}</Button>
        </div>
      </section>
    </>
  )
}

/** Where the step points at, as long as it is on the page; followed while the page changes. */
function useBox(card: { readonly current: HTMLElement | null }, step: Step | undefined): Box | null {
  const [box, setBox] = useState<Box | null>(null)
  useLayoutEffect(() => {
    const root = card.current?.getRootNode()
    if (step === undefined || !(root instanceof Document || root instanceof ShadowRoot)) return
    const look = () => {
      const target = step.at.map((testid) => root.querySelector(`[data-testid="${testid}"]`)).find((one) => one !== null && one.getClientRects().length > 0) ?? null
      const parent = step.name === 'views' ? target?.parentElement ?? null : target
      const rect = parent?.getBoundingClientRect()
      setBox((before) => {
        if (rect === undefined) return null
        const next = { top: Math.max(0, rect.top - MARGIN_PX), left: Math.max(0, rect.left - MARGIN_PX), width: rect.width + 2 * MARGIN_PX, height: Math.min(rect.height, innerHeight - rect.top) + 2 * MARGIN_PX }
        return before !== null && before.top === next.top && before.left === next.left && before.width === next.width && before.height === next.height ? before : next
      })
    }
    look()
    const timer = setInterval(look, LOOK_MS)
    return () => clearInterval(timer)
  }, [card, step])
  return box
}

const LOOK_MS = 300
