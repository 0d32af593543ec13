// Who is of the team: admins give, change and take roles.

import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { createRoles, type Roles } from '../../../../client/roles.ts'
import { isWritten } from '../../../../client/written.ts'
import { STAFF_ROLES, type PersonFound, type StaffRole } from '../../../../protocol/generated.ts'
import type { Problem } from '../../../../protocol/model.ts'
import type { Agent } from '../../../../protocol/decode-team.ts'
import { day } from '../../../../locales/dates.ts'
import { inLanguage, tProblem } from '../../../../locales/index.ts'
import { s } from './strings.ts'
import { T } from '../../../../testids.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Skeleton } from '../../../../ui/skeleton.tsx'
import { tell } from '../../actions.ts'
import { ScreenPage } from '../../settings/screen-page.tsx'
import type { ScreenProps } from '../screen.ts'
import { ReplyAssigns } from './reply-assigns.tsx'
import title from './title.json'

export function TeamRoles({ context }: ScreenProps) {
  return <ScreenPage context={context} title={inLanguage(title)} hint={s('roles.hint')} testid={T.roles}><Team context={context} /><Assigning context={context} /></ScreenPage>
}

function Assigning({ context: { client, rest } }: Pick<ScreenProps, 'context'>) {
  const state = client.connection.value
  return state.kind === 'live' && state.features.includes('reply_assigns') ? <div class="card"><h2>{s('roles.takes')}</h2><ReplyAssigns rest={rest} /></div> : null
}

type Person = Pick<Agent, 'user_id' | 'name' | 'email' | 'blocked'>

const nameOf = (one: Person) => one.name ?? one.email ?? s('roles.nameless')

function Team({ context }: Pick<ScreenProps, 'context'>) {
  const { rest, team, client } = context
  const roles = useMemo(() => createRoles(rest, () => void team.reloadAgents()), [rest, team])
  useEffect(() => void roles.load(), [roles])
  const list = useRef<HTMLUListElement>(null)
  const set = async (one: Person, role: StaffRole | null, sentence: string, of?: 'member') => {
    if (!await roles.set(one.user_id, role, of)) return
    tell(context, sentence)
    // What was pressed may be gone.
    list.current?.focus()
  }
  const members = roles.team.value
  return (
    <>
      <Adding roles={roles} onGive={(one, role) => void set(one, role, s('roles.given', { name: nameOf(one) }))} />
      {members === null && (roles.problem.value === null ? <Skeleton lines={4} /> : <ProblemLine problem={roles.problem.value} onRetry={() => void roles.load()} />)}
      {members !== null && (
        <ul class="team" aria-label={s('roles.team')} tabIndex={-1} ref={list}>
          {members.map((one) => (
            <li key={one.user_id} data-testid={T.roleRow} data-user={one.user_id} data-role={one.role}>
              <Who of={one} />
              {one.user_id === client.identity.id
                ? <span class="team-role"><strong>{s(`roles.${one.role}`)}</strong><span class="muted">{s('roles.you')}</span></span>
                : <Member one={one} roles={roles} onSet={(role) => void set(one, role, s(role === null ? 'roles.taken' : 'roles.changed', { name: nameOf(one) }), 'member')} />}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Who({ of, children }: { readonly of: Person; readonly children?: preact.ComponentChildren }) {
  return (
    <span class="reply-text">
      <strong dir="auto">{nameOf(of)}</strong>
      {of.name !== null && of.email !== null && <span class="muted" dir="ltr">{of.email}</span>}
      {of.blocked && <span class="problem-text">{s('roles.blocked')}</span>}
      {children}
    </span>
  )
}

interface MemberProps {
  readonly one: Agent
  readonly roles: Roles
  readonly onSet: (role: StaffRole | null) => void
}

/** A role is chosen first and given by a button of its own: an arrow key alone makes no admin. */
function Member({ one, roles, onSet }: MemberProps) {
  const [isRemoving, setRemoving] = useState(false)
  const [chosen, setChosen] = useState<StaffRole | null>(null)
  const remove = useRef<HTMLButtonElement>(null)
  const wasRemoving = useRef(false)
  useEffect(() => {
    if (wasRemoving.current && !isRemoving) remove.current?.focus()
    wasRemoving.current = isRemoving
  }, [isRemoving])
  useEffect(() => setChosen(null), [one.role])
  const isBusy = roles.changing.value !== null
  const refused = roles.refused.value?.user === one.user_id ? roles.refused.value.problem : null
  const name = nameOf(one)
  if (isRemoving) return <Confirmation name={name} onRemove={() => { setRemoving(false); onSet(null) }} onKeep={() => setRemoving(false)} />
  return (
    <span class="team-role">
      <span class="team-ways">
        <select aria-label={s('roles.role_of', { name })} value={chosen ?? one.role} data-testid={T.roleSelect} onChange={(event) => setChosen(STAFF_ROLES.find((known) => known === event.currentTarget.value) ?? null)}>
          {STAFF_ROLES.map((known) => <option key={known} value={known}>{s(`roles.${known}`)}</option>)}
        </select>
        {chosen !== null && chosen !== one.role && <button type="button" aria-label={s('roles.change_of', { name })} aria-disabled={isBusy} data-testid={T.roleChange} onClick={() => onSet(chosen)}>{s('roles.change')}</button>}
        <button ref={remove} type="button" class="quiet danger" aria-label={s('roles.remove_of', { name })} aria-disabled={isBusy} data-testid={T.roleRemove} onClick={() => setRemoving(true)}>{s('roles.remove')}</button>
      </span>
      <Refusal problem={refused} />
    </span>
  )
}

function Confirmation({ name, onRemove, onKeep }: { readonly name: string; readonly onRemove: () => void; readonly onKeep: () => void }) {
  const keep = useRef<HTMLButtonElement>(null)
  // On the side that loses nothing.
  useEffect(() => keep.current?.focus(), [])
  return (
    <span class="team-role" role="group" aria-label={s('roles.remove_of', { name })} onKeyDown={(event) => { if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); onKeep() } }}>
      <span>{s('roles.confirm', { name })}</span>
      <span class="team-ways">
        <button type="button" class="danger" data-testid={T.roleRemoveSure} onClick={onRemove}>{s('roles.remove')}</button>
        <button type="button" class="quiet" ref={keep} onClick={onKeep}>{s('roles.keep')}</button>
      </span>
    </span>
  )
}

function Refusal({ problem }: { readonly problem: Problem | null }) {
  if (problem === null) return null
  return <span class="problem-text" role="alert" data-testid={T.problem} data-code={problem.code}>{problem.code === 'conflict' ? s('roles.last_admin') : tProblem(problem)}</span>
}

interface AddingProps {
  readonly roles: Roles
  readonly onGive: (one: PersonFound, role: StaffRole) => void
}

function Adding({ roles, onGive }: AddingProps) {
  const [asked, setAsked] = useState('')
  const id = useId()
  const found = roles.found.value
  const find = () => { if (isWritten(asked)) void roles.find(asked.trim()) }
  return (
    <form class="reply-form" aria-label={s('roles.add')} onSubmit={(event) => { event.preventDefault(); find() }}>
      <label for={id}><span>{s('roles.add')}: {s('roles.email')}</span></label>
      <span class="team-find">
        <input id={id} inputMode="email" value={asked} dir="ltr" autocapitalize="none" autocomplete="off" spellcheck={false} aria-describedby={`${id}-hint`} data-testid={T.roleEmail} onInput={(event) => setAsked(event.currentTarget.value)} />
        <button type="submit" disabled={!isWritten(asked)} data-testid={T.roleFind}>{s('roles.find')}</button>
      </span>
      <span class="muted" id={`${id}-hint`}>{s('roles.add_hint')}</span>
      <ProblemLine problem={roles.searchProblem.value} onRetry={find} />
      <p role="status" class="team-told" data-testid={T.roleTold} data-count={found?.people.length}>{toldOf(found)}</p>
      {found !== null && found.people.length > 0 && (
        <ul aria-label={s('roles.find')}>
          {found.people.map((one) => <FoundPerson key={one.user_id} one={one} roles={roles} onGive={onGive} />)}
        </ul>
      )}
    </form>
  )
}

function toldOf(found: Roles['found']['value']): string {
  if (found === null) return ''
  if (found.people.length === 0) return s('roles.unknown', { asked: found.asked })
  return found.people.length > 1 ? s('roles.several') : s('roles.found', { n: found.people.length })
}

function FoundPerson({ one, roles, onGive }: Pick<AddingProps, 'roles' | 'onGive'> & { readonly one: PersonFound }) {
  const isBusy = roles.changing.value !== null
  const refused = roles.refused.value?.user === one.user_id ? roles.refused.value.problem : null
  const give = (role: StaffRole, label: string, title: string, testid: string) => <button type="button" class="quiet" aria-label={title} aria-disabled={isBusy} data-testid={testid} onClick={() => onGive(one, role)}>{label}</button>
  return (
    <li data-testid={T.roleFound} data-user={one.user_id}>
      <Who of={one}>
        {/* What tells people with one address apart. */}
        <span class="muted">{one.since !== '' && <>{s('roles.since', { when: day(one.since) })} · </>}<bdi>{one.subject ?? one.user_id}</bdi></span>
      </Who>
      <span class="team-role">
        {one.role !== null && <span class="muted">{s('roles.is_there')}</span>}
        {one.role === null && <span class="team-ways">{give('support_agent', s('roles.make_agent'), s('roles.make_agent_of', { name: nameOf(one) }), T.roleMakeAgent)}{give('admin', s('roles.make_admin'), s('roles.make_admin_of', { name: nameOf(one) }), T.roleMakeAdmin)}</span>}
        <Refusal problem={refused} />
      </span>
    </li>
  )
}
