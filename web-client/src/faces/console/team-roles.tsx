// Who is of the team: admins give, change and take roles.

import { useEffect, useMemo, useState } from 'preact/hooks'
import { createRoles, type Roles } from '../../app/roles.ts'
import { isWritten } from '../../app/written.ts'
import type { PersonFound, StaffRole } from '../../protocol/generated.ts'
import { STAFF_ROLES } from '../../protocol/generated.ts'
import type { Problem } from '../../protocol/model.ts'
import { t, tProblem } from '../../strings/index.ts'
import '../../strings/roles.ts'
import { T } from '../../testids.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { ProblemLine, Skeleton } from '../../ui/plain.tsx'
import { tell } from './actions.ts'
import type { DeskWork } from './work.ts'

interface TeamRolesProps {
  readonly work: DeskWork
  readonly isAdmin: boolean
  readonly onBack: () => void
}

export function TeamRoles({ work, isAdmin, onBack }: TeamRolesProps) {
  return (
    <section class="replies" aria-label={t('roles.title')} data-testid={T.roles}>
      <header class="ticket-head">
        <button type="button" class="quiet icon-button back" aria-label={t('app.back')} data-testid={T.back} onClick={onBack}><Glyph name="back" /></button>
        <div class="titles">
          <h2>{t('roles.title')}</h2>
          <p class="muted">{t('roles.hint')}</p>
        </div>
      </header>
      <div class="replies-body">{isAdmin ? <Team work={work} /> : <p class="muted">{t('roles.only_admins')}</p>}</div>
    </section>
  )
}

interface Member {
  readonly user_id: string
  readonly name: string | null
  readonly email: string | null
}

const nameOf = (one: Member) => one.name ?? one.email ?? t('roles.nameless')

function Team({ work }: Pick<TeamRolesProps, 'work'>) {
  const { rest, team, desk } = work
  const roles = useMemo(() => createRoles(rest, () => void team.reloadAgents()), [rest, team])
  useEffect(() => void roles.load(), [roles])
  const set = async (one: Member, role: StaffRole | null, sentence: string) => {
    if (await roles.set(one.user_id, role)) tell(work, sentence)
  }
  const members = roles.team.value
  return (
    <>
      <Adding roles={roles} origin={desk.origin} onGive={(one, role) => void set(one, role, t('roles.given', { name: nameOf(one) }))} />
      {members === null && (roles.problem.value === null ? <Skeleton lines={4} /> : <ProblemLine problem={roles.problem.value} onRetry={() => void roles.load()} />)}
      {members !== null && (
        <ul class="team" aria-label={t('roles.team')}>
          {members.map((one) => (
            <li key={one.user_id} data-testid={T.roleRow} data-user={one.user_id} data-role={one.role}>
              <Who of={one} />
              {one.user_id === desk.identity.id
                ? <span class="team-role"><strong>{t(`roles.${one.role}`)}</strong><span class="muted">{t('roles.you')}</span></span>
                : <Member one={one} role={one.role} roles={roles} onSet={(role) => void set(one, role, t(role === null ? 'roles.taken' : 'roles.changed', { name: nameOf(one) }))} />}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Who({ of, children }: { readonly of: Member; readonly children?: preact.ComponentChildren }) {
  return <span class="reply-text"><strong dir="auto">{nameOf(of)}</strong>{of.name !== null && of.email !== null && <span class="muted" dir="ltr">{of.email}</span>}{children}</span>
}

interface MemberProps {
  readonly one: Member
  readonly role: StaffRole
  readonly roles: Roles
  readonly onSet: (role: StaffRole | null) => void
}

function Member({ one, role, roles, onSet }: MemberProps) {
  const [isRemoving, setRemoving] = useState(false)
  const isBusy = roles.changing.value !== null
  const refused = roles.refused.value
  if (isRemoving) {
    return (
      <span class="team-role" role="alert">
        <span>{t('roles.confirm', { name: nameOf(one) })}</span>
        <span class="team-ways">
          <button type="button" class="danger" data-testid={T.roleRemoveSure} onClick={() => { setRemoving(false); onSet(null) }}>{t('roles.remove')}</button>
          <button type="button" class="quiet" ref={(button) => button?.focus()} onClick={() => setRemoving(false)}>{t('roles.keep')}</button>
        </span>
      </span>
    )
  }
  return (
    <span class="team-role">
      <span class="team-ways">
        {/* Made anew after a refusal, so that it shows what is. */}
        <select key={refused?.user === one.user_id ? 'refused' : 'as it is'} aria-label={t('roles.role_of', { name: nameOf(one) })} value={role} disabled={isBusy} data-testid={T.roleSelect} onChange={(event) => { const chosen = STAFF_ROLES.find((known) => known === event.currentTarget.value); if (chosen !== undefined) onSet(chosen) }}>
          {STAFF_ROLES.map((known) => <option key={known} value={known}>{t(`roles.${known}`)}</option>)}
        </select>
        <button type="button" class="quiet danger" aria-label={t('roles.remove_of', { name: nameOf(one) })} disabled={isBusy} data-testid={T.roleRemove} onClick={() => setRemoving(true)}>{t('roles.remove')}</button>
      </span>
      {refused?.user === one.user_id && <Refusal problem={refused.problem} />}
    </span>
  )
}

function Refusal({ problem }: { readonly problem: Problem }) {
  return <span class="problem-text" role="alert" data-testid={T.problem} data-code={problem.code}>{problem.code === 'conflict' ? t('roles.last_admin') : tProblem(problem)}</span>
}

interface AddingProps {
  readonly roles: Roles
  readonly origin: string
  readonly onGive: (one: PersonFound, role: StaffRole) => void
}

function Adding({ roles, origin, onGive }: AddingProps) {
  const [email, setEmail] = useState('')
  const found = roles.found.value
  const find = () => { if (isWritten(email)) void roles.find(email.trim()) }
  return (
    <form class="reply-form" onSubmit={(event) => { event.preventDefault(); find() }}>
      <label>
        <span>{t('roles.add')}</span>
        <span class="team-find">
          <input type="email" value={email} dir="ltr" autocapitalize="none" autocomplete="off" spellcheck={false} placeholder={t('roles.email')} data-testid={T.roleEmail} onInput={(event) => setEmail(event.currentTarget.value)} />
          <button type="submit" disabled={!isWritten(email)} data-testid={T.roleFind}>{t('roles.find')}</button>
        </span>
        <span class="muted">{t('roles.add_hint')}</span>
      </label>
      <ProblemLine problem={roles.unfound.value} onRetry={find} />
      {found !== null && found.people.length === 0 && <p role="status" data-testid={T.roleNobody}>{t('roles.nobody', { email: found.email, url: `${origin}/admin/support` })}</p>}
      {found !== null && found.people.length > 0 && (
        <ul>
          {found.people.map((one) => <FoundPerson key={one.user_id} one={one} roles={roles} onGive={onGive} />)}
        </ul>
      )}
    </form>
  )
}

function FoundPerson({ one, roles, onGive }: Pick<AddingProps, 'roles' | 'onGive'> & { readonly one: PersonFound }) {
  const refused = roles.refused.value
  const isBusy = roles.changing.value !== null
  const give = (role: StaffRole, label: string, title: string, testid: string) => <button type="button" class="quiet" aria-label={title} disabled={isBusy} data-testid={testid} onClick={() => onGive(one, role)}>{label}</button>
  return (
    <li data-testid={T.roleFound} data-user={one.user_id}>
      <Who of={one}>{one.blocked && <span class="problem-text">{t('roles.blocked')}</span>}</Who>
      <span class="team-role">
        {one.role !== null && <span class="muted">{t('roles.is_there')}</span>}
        {one.role === null && <span class="team-ways">{give('support_agent', t('roles.make_agent'), t('roles.make_agent_of', { name: nameOf(one) }), T.roleMakeAgent)}{give('admin', t('roles.make_admin'), t('roles.make_admin_of', { name: nameOf(one) }), T.roleMakeAdmin)}</span>}
        {refused?.user === one.user_id && <Refusal problem={refused.problem} />}
      </span>
    </li>
  )
}
