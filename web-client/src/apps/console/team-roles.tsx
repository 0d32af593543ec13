// Who is of the team: admins give, change and take roles.

import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { createRoles, type Roles } from '../../client/roles.ts'
import { isWritten } from '../../client/written.ts'
import { STAFF_ROLES, type PersonFound, type StaffRole } from '../../protocol/generated.ts'
import type { Problem } from '../../protocol/model.ts'
import type { Agent } from '../../protocol/decode-team.ts'
import { day, t, tProblem } from '../../locales/index.ts'
import '../../locales/roles.ts'
import { T } from '../../testids.ts'
import { Icon } from '../../ui/icon.tsx'
import { ProblemLine, Skeleton } from '../../ui/feedback.tsx'
import { tell } from './actions.ts'
import type { ConsoleContext } from './context.ts'

interface TeamRolesProps {
  readonly context: ConsoleContext
  readonly isAdmin: boolean
  readonly onBack: () => void
}

export function TeamRoles({ context, isAdmin, onBack }: TeamRolesProps) {
  return (
    <section class="replies" aria-label={t('roles.title')} data-testid={T.roles}>
      <header class="ticket-head">
        <button type="button" class="quiet icon-button back" aria-label={t('app.back')} data-testid={T.back} onClick={onBack}><Icon name="back" /></button>
        <div class="titles">
          <h2>{t('roles.title')}</h2>
          <p class="muted">{t('roles.hint')}</p>
        </div>
      </header>
      <div class="replies-body">{isAdmin ? <Team context={context} /> : <p class="muted">{t('roles.only_admins')}</p>}</div>
    </section>
  )
}

type Person = Pick<Agent, 'user_id' | 'name' | 'email' | 'blocked'>

const nameOf = (one: Person) => one.name ?? one.email ?? t('roles.nameless')

function Team({ context }: Pick<TeamRolesProps, 'context'>) {
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
      <Adding roles={roles} onGive={(one, role) => void set(one, role, t('roles.given', { name: nameOf(one) }))} />
      {members === null && (roles.problem.value === null ? <Skeleton lines={4} /> : <ProblemLine problem={roles.problem.value} onRetry={() => void roles.load()} />)}
      {members !== null && (
        <ul class="team" aria-label={t('roles.team')} tabIndex={-1} ref={list}>
          {members.map((one) => (
            <li key={one.user_id} data-testid={T.roleRow} data-user={one.user_id} data-role={one.role}>
              <Who of={one} />
              {one.user_id === client.identity.id
                ? <span class="team-role"><strong>{t(`roles.${one.role}`)}</strong><span class="muted">{t('roles.you')}</span></span>
                : <Member one={one} roles={roles} onSet={(role) => void set(one, role, t(role === null ? 'roles.taken' : 'roles.changed', { name: nameOf(one) }), 'member')} />}
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
      {of.blocked && <span class="problem-text">{t('roles.blocked')}</span>}
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
        <select aria-label={t('roles.role_of', { name })} value={chosen ?? one.role} data-testid={T.roleSelect} onChange={(event) => setChosen(STAFF_ROLES.find((known) => known === event.currentTarget.value) ?? null)}>
          {STAFF_ROLES.map((known) => <option key={known} value={known}>{t(`roles.${known}`)}</option>)}
        </select>
        {chosen !== null && chosen !== one.role && <button type="button" aria-label={t('roles.change_of', { name })} aria-disabled={isBusy} data-testid={T.roleChange} onClick={() => onSet(chosen)}>{t('roles.change')}</button>}
        <button ref={remove} type="button" class="quiet danger" aria-label={t('roles.remove_of', { name })} aria-disabled={isBusy} data-testid={T.roleRemove} onClick={() => setRemoving(true)}>{t('roles.remove')}</button>
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
    <span class="team-role" role="group" aria-label={t('roles.remove_of', { name })} onKeyDown={(event) => { if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); onKeep() } }}>
      <span>{t('roles.confirm', { name })}</span>
      <span class="team-ways">
        <button type="button" class="danger" data-testid={T.roleRemoveSure} onClick={onRemove}>{t('roles.remove')}</button>
        <button type="button" class="quiet" ref={keep} onClick={onKeep}>{t('roles.keep')}</button>
      </span>
    </span>
  )
}

function Refusal({ problem }: { readonly problem: Problem | null }) {
  if (problem === null) return null
  return <span class="problem-text" role="alert" data-testid={T.problem} data-code={problem.code}>{problem.code === 'conflict' ? t('roles.last_admin') : tProblem(problem)}</span>
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
    <form class="reply-form" aria-label={t('roles.add')} onSubmit={(event) => { event.preventDefault(); find() }}>
      <label for={id}><span>{t('roles.add')}: {t('roles.email')}</span></label>
      <span class="team-find">
        <input id={id} inputMode="email" value={asked} dir="ltr" autocapitalize="none" autocomplete="off" spellcheck={false} aria-describedby={`${id}-hint`} data-testid={T.roleEmail} onInput={(event) => setAsked(event.currentTarget.value)} />
        <button type="submit" disabled={!isWritten(asked)} data-testid={T.roleFind}>{t('roles.find')}</button>
      </span>
      <span class="muted" id={`${id}-hint`}>{t('roles.add_hint')}</span>
      <ProblemLine problem={roles.searchProblem.value} onRetry={find} />
      <p role="status" class="team-told" data-testid={T.roleTold} data-count={found?.people.length}>{toldOf(found)}</p>
      {found !== null && found.people.length > 0 && (
        <ul aria-label={t('roles.find')}>
          {found.people.map((one) => <FoundPerson key={one.user_id} one={one} roles={roles} onGive={onGive} />)}
        </ul>
      )}
    </form>
  )
}

function toldOf(found: Roles['found']['value']): string {
  if (found === null) return ''
  if (found.people.length === 0) return t('roles.unknown', { asked: found.asked })
  return found.people.length > 1 ? t('roles.several') : t('roles.found', { n: found.people.length })
}

function FoundPerson({ one, roles, onGive }: Pick<AddingProps, 'roles' | 'onGive'> & { readonly one: PersonFound }) {
  const isBusy = roles.changing.value !== null
  const refused = roles.refused.value?.user === one.user_id ? roles.refused.value.problem : null
  const give = (role: StaffRole, label: string, title: string, testid: string) => <button type="button" class="quiet" aria-label={title} aria-disabled={isBusy} data-testid={testid} onClick={() => onGive(one, role)}>{label}</button>
  return (
    <li data-testid={T.roleFound} data-user={one.user_id}>
      <Who of={one}>
        {/* What tells people with one address apart. */}
        <span class="muted">{one.since !== '' && <>{t('roles.since', { when: day(one.since) })} · </>}<bdi>{one.subject ?? one.user_id}</bdi></span>
      </Who>
      <span class="team-role">
        {one.role !== null && <span class="muted">{t('roles.is_there')}</span>}
        {one.role === null && <span class="team-ways">{give('support_agent', t('roles.make_agent'), t('roles.make_agent_of', { name: nameOf(one) }), T.roleMakeAgent)}{give('admin', t('roles.make_admin'), t('roles.make_admin_of', { name: nameOf(one) }), T.roleMakeAdmin)}</span>}
        <Refusal problem={refused} />
      </span>
    </li>
  )
}
