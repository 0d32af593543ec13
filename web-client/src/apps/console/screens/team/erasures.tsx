// People who were deleted on the operator's platform. Nothing is erased until an admin decides.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { erasuresOf, type Erasures } from '../../../../client/erasures.ts'
import { onWindow } from '../../../../client/on-window.ts'
import { isVisible } from '../../../../client/visibility.ts'
import type { ErasureProposal } from '../../../../protocol/generated.ts'
import { day } from '../../../../locales/dates.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Confirm } from '../../../../ui/kit/confirm.tsx'
import { Tag } from '../../../../ui/kit/tag.tsx'
import { tell } from '../../actions.ts'
import type { ScreenProps } from '../screen.ts'
import { nameOf, Refusal } from './person.tsx'
import { s } from './strings.ts'
import { M } from './testids.ts'

type Context = Pick<ScreenProps, 'context'>

export function Deleted({ context }: Context) {
  const erasures = useMemo(() => erasuresOf(context.client), [context])
  const card = useRef<HTMLDivElement>(null)
  const [hasDecided, setDecided] = useState(false)
  // Load the list again when the tab becomes visible: another admin may have decided.
  useEffect(() => {
    void erasures.load()
    return onWindow('visibilitychange', () => { if (isVisible()) void erasures.load() })
  }, [erasures])
  // The pressed button has disappeared with its row, so focus the card, which stays after the last decision.
  const done = () => {
    setDecided(true)
    card.current?.focus()
  }
  const view = erasures.view.value
  const { proposals, withheld } = view ?? { proposals: [], withheld: 0 }
  // Desks whose names do not come from a platform have no such people, and need no empty card.
  if (proposals.length === 0 && withheld === 0 && erasures.problem.value === null && !hasDecided) return null
  return (
    <div class="card" role="group" aria-label={s('erasures.title')} tabIndex={-1} ref={card} data-testid={M.erasures}>
      <h2>{s('erasures.title')}</h2>
      <p class="muted">{s('erasures.hint')}</p>
      <ProblemLine problem={erasures.problem.value} onRetry={() => void erasures.load()} />
      {withheld > 0 && <p role="status" data-testid={M.withheld} data-n={withheld}>{s('erasures.withheld', { n: withheld })}</p>}
      {proposals.length > 0 && <ul class="team" aria-label={s('erasures.title')}>{proposals.map((one) => <Proposal key={one.person} context={context} one={one} erasures={erasures} onDone={done} />)}</ul>}
      {proposals.length === 0 && hasDecided && <p class="muted" data-testid={M.erasuresNone}>{s('erasures.none')}</p>}
    </div>
  )
}

interface ProposalProps extends Context {
  readonly one: ErasureProposal
  readonly erasures: Erasures
  readonly onDone: () => void
}

function Proposal({ context, one, erasures, onDone }: ProposalProps) {
  const [asked, setAsked] = useState<'erase' | 'keep' | null>(null)
  const name = nameOf(one)
  const isBusy = erasures.deciding.value === one.person
  const refused = erasures.refused.value?.person === one.person ? erasures.refused.value.problem : null
  const decide = async (erase: boolean) => {
    const done = await erasures.decide(one.person, erase)
    setAsked(null)
    if (!done) return
    tell(context, s(erase ? 'erasures.erased' : 'erasures.kept', { name }))
    onDone()
  }
  return (
    <li data-testid={M.erasure} data-user={one.person}>
      <span class="reply-text">
        <span class="team-marks"><strong dir="auto">{name}</strong>{one.held && <Tag testid={M.held}>{s('erasures.held')}</Tag>}</span>
        {one.name !== null && one.email !== null && <span class="muted" dir="ltr">{one.email}</span>}
        <span class="muted">{s('erasures.since', { when: day(one.gone_since), n: one.tickets })}</span>
        {one.held && <span class="muted">{s('erasures.held_why')}</span>}
      </span>
      <span class="team-role">
        <span class="team-ways">
          {!one.held && <Button kind="danger" isBusy={isBusy && asked === 'erase'} label={s('erasures.erase_of', { name })} testid={M.erase} onClick={() => setAsked('erase')}>{s('erasures.erase')}</Button>}
          <Button isBusy={isBusy && asked === 'keep'} label={s('erasures.keep_of', { name })} testid={M.keep} onClick={() => setAsked('keep')}>{s('erasures.keep')}</Button>
        </span>
        <Refusal problem={refused} />
      </span>
      {asked === 'erase' && <Confirm title={s('erasures.erase_ask', { name })} action={s('erasures.erase')} isDanger isBusy={isBusy} testid={M.erasureSure} onClose={() => setAsked(null)} onConfirm={() => void decide(true)}>{s('erasures.erase_what')}</Confirm>}
      {asked === 'keep' && <Confirm title={s('erasures.keep_ask', { name })} action={s('erasures.keep')} isBusy={isBusy} testid={M.erasureSure} onClose={() => setAsked(null)} onConfirm={() => void decide(false)}>{s('erasures.keep_what')}</Confirm>}
    </li>
  )
}
