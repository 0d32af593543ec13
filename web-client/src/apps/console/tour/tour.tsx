// The tour of the console for new agents. The page below stays usable: the tour intercepts no keys or clicks meant for the page.

import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { t } from '../../../locales/index.ts'
import { TOUR } from '../../../testids.ts'
import { isShown } from '../../../ui/arrival.ts'
import { Button, IconButton } from '../../../ui/kit/button.tsx'
import { useSheet } from '../../../ui/use-sheet.ts'
import type { ConsoleContext } from '../context.ts'
import { stepFrom, STEPS, stepsOn, type Step } from './steps.ts'
import { s } from './strings.ts'
import css from './tour.css?inline'

interface Box {
  readonly top: number
  readonly left: number
  readonly width: number
  readonly height: number
}

const MARGIN_PX = 4

interface TourProps {
  readonly context: ConsoleContext
  readonly onClose: () => void
}

export function Tour({ context, onClose }: TourProps) {
  const [step, setStep] = useState<Step>(FIRST)
  const card = useRef<HTMLElement>(null)
  useSheet(card, css)
  useFocus(card)
  const openTicket = toFirst(context)
  const mayOpen = openTicket !== null || context.store?.opening.value.kind === 'loading'
  const { box, steps } = useLook(card, step, mayOpen)
  const next = stepFrom(steps, step.name, 1)
  const before = stepFrom(steps, step.name, -1)
  const opens = next?.inTicket === true && openTicket !== null ? openTicket : null
  const isThere = steps.includes(step)
  // If the element that the step points at has disappeared, go to the next or the previous step.
  useLayoutEffect(() => { if (!isThere) setStep(next ?? before ?? step) }, [isThere, next, before, step])
  return (
    <>
      {box !== null && <div class="tour-frame" aria-hidden="true" style={{ top: `${box.top}px`, left: `${box.left}px`, width: `${box.width}px`, height: `${box.height}px` }} />}
      <section ref={card} class="tour" role="dialog" aria-labelledby="tour-title" tabIndex={-1} data-testid={TOUR.card} data-step={step.name} data-points={box !== null} onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); onClose() } }}>
        <div class="line"><h2 id="tour-title" class="spacer">{s(`tour.${step.name}.title`)}</h2><IconButton icon="close" label={s('tour.end')} testid={TOUR.end} onClick={onClose} /></div>
        <p role="status">{s(`tour.${step.name}.text`)}</p>
        <div class="tour-foot">
          <span class="muted spacer">{s('tour.step', { n: steps.indexOf(step) + 1, of: steps.length })}</span>
          {before !== undefined && <Button kind="quiet" onClick={() => setStep(before)}>{t('app.back')}</Button>}
          <Button kind="primary" testid={TOUR.next} onClick={opens ?? (next === undefined ? onClose : () => setStep(next))}>{opens !== null ? s('tour.ticket.title') : next === undefined ? s('tour.done') : s('tour.next')}</Button>
        </div>
      </section>
    </>
  )
}

const [FIRST] = STEPS

/** Returns a function that opens the first ticket of the list, or null if a ticket is open or the list is empty. */
function toFirst({ place, inbox, go }: ConsoleContext): (() => void) | null {
  const first = inbox.ticket(inbox.order.value[0] ?? '')
  return place !== '' || first === undefined ? null : () => go(first.ticket_number)
}

/**
 * Focuses the tour's card. When the tour ends, returns the focus to where it was, unless the person has moved the focus out of the card.
 */
function useFocus(card: { readonly current: HTMLElement | null }): void {
  useLayoutEffect(() => {
    const element = card.current
    const root = element?.getRootNode()
    if (element === null || !(root instanceof Document || root instanceof ShadowRoot)) return
    const before = root.activeElement
    element.focus({ preventScroll: true })
    return () => {
      if (!element.contains(root.activeElement)) return
      const isLost = before === null || before === document.body || !isShown(before)
      const back = isLost ? root.querySelector('main') : before
      if (back instanceof HTMLElement) back.focus({ preventScroll: true })
    }
  }, [card])
}

interface Look {
  /** Position of the element that the step points at, or null while that element is not on the page. */
  readonly box: Box | null
  readonly steps: readonly Step[]
}

/** Checks the page every `LOOK_MS`: where the element is that the step points at, and which steps can be shown. */
function useLook(card: { readonly current: HTMLElement | null }, step: Step, mayOpen: boolean): Look {
  const [look, setLook] = useState<Look>({ box: null, steps: STEPS })
  useLayoutEffect(() => {
    const root = card.current?.getRootNode()
    if (!(root instanceof Document || root instanceof ShadowRoot)) return
    const find = (testid: string) => [...root.querySelectorAll(`[data-testid="${testid}"]`)].find(isShown) ?? null
    const see = () => {
      const target = step.at.map(find).find((one) => one !== null) ?? null
      const box = boxOf(step.name === 'views' ? target?.parentElement ?? null : target)
      const steps = stepsOn((testid) => find(testid) !== null, mayOpen)
      setLook((before) => (isSame(before, { box, steps }) ? before : { box, steps }))
    }
    // Wait one frame before the first call of `see`, until everything that is rendered together with the card is on the page.
    const frame = requestAnimationFrame(see)
    const timer = setInterval(see, LOOK_MS)
    return () => {
      cancelAnimationFrame(frame)
      clearInterval(timer)
    }
  }, [card, step, mayOpen])
  return look
}

const LOOK_MS = 300

function boxOf(target: Element | null): Box | null {
  if (target === null) return null
  const rect = target.getBoundingClientRect()
  return { top: Math.max(0, rect.top - MARGIN_PX), left: Math.max(0, rect.left - MARGIN_PX), width: rect.width + 2 * MARGIN_PX, height: Math.min(rect.height, innerHeight - rect.top) + 2 * MARGIN_PX }
}

const isSame = (a: Look, b: Look): boolean => JSON.stringify(a) === JSON.stringify(b)
