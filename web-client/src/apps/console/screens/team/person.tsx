// Parts of a person's row in the team list: who the person is, whether they are online, an error if a change was refused, and the block
// button.

import { useState } from 'preact/hooks'
import type { Agent } from '../../../../protocol/decode-team.ts'
import type { Problem } from '../../../../protocol/model.ts'
import { tProblem } from '../../../../locales/index.ts'
import { T } from '../../../../testids.ts'
import { Confirm } from '../../../../ui/kit/confirm.tsx'
import { Tag } from '../../../../ui/kit/tag.tsx'
import { s } from './strings.ts'
import { M } from './testids.ts'

export type Person = Pick<Agent, 'user_id' | 'name' | 'email' | 'blocked' | 'online'>

export const nameOf = (one: Pick<Person, 'name' | 'email'>) => one.name ?? one.email ?? s('roles.nameless')

export function Who({ of, children }: { readonly of: Person; readonly children?: preact.ComponentChildren }) {
  return (
    <span class="reply-text">
      <span class="team-marks">
        <strong dir="auto">{nameOf(of)}</strong>
        {of.blocked ? <Tag tone="bad" testid={M.blocked}>{s('roles.blocked')}</Tag> : <Online is={of.online ?? null} />}
      </span>
      {of.name !== null && of.email !== null && <span class="muted" dir="ltr">{of.email}</span>}
      {children}
    </span>
  )
}

/** Shows whether the person is online. `is` is null if the server is too old to say. */
function Online({ is }: { readonly is: boolean | null }) {
  if (is === null) return null
  return <span class="team-online" data-testid={M.online} data-online={is}><span class="dot" aria-hidden="true" />{s(is ? 'roles.online' : 'roles.offline')}</span>
}

export function Refusal({ problem }: { readonly problem: Problem | null }) {
  if (problem === null) return null
  return <span class="problem-text" role="alert" data-testid={T.problem} data-code={problem.code}>{problem.code === 'conflict' ? s('roles.last_admin') : tProblem(problem)}</span>
}

interface BlockProps {
  readonly one: Person
  readonly isBusy: boolean
  readonly onSet: (blocked: boolean) => void
}

/**
 * The button that blocks or unblocks a person. It asks for confirmation before a block, which takes effect at once, in the middle of the
 * person's work.
 */
export function Block({ one, isBusy, onSet }: BlockProps) {
  const [isAsking, setAsking] = useState(false)
  const name = nameOf(one)
  const word = one.blocked ? 'unblock' : 'block'
  return (
    <>
      <button type="button" class={`quiet ${one.blocked ? '' : 'danger'}`} aria-label={s(`roles.${word}_of`, { name })} aria-disabled={isBusy} data-testid={M[word]} onClick={() => { if (!isBusy) setAsking(true) }}>{s(`roles.${word}`)}</button>
      {isAsking && (
        <Confirm title={s(`roles.${word}_ask`, { name })} action={s(`roles.${word}`)} isDanger={!one.blocked} testid={M.blockSure} onClose={() => setAsking(false)} onConfirm={() => { setAsking(false); onSet(!one.blocked) }}>
          {s(`roles.${word}_what`)}
        </Confirm>
      )}
    </>
  )
}
