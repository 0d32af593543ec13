import { useEffect, useState } from 'preact/hooks'
import type { DeskSettings } from '../../../../protocol/generated.ts'
import type { Problem } from '../../../../protocol/model.ts'
import { s } from './strings.ts'
import { T } from '../../../../testids.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import type { ConsoleContext } from '../../context.ts'

/** Whether the first to answer an unassigned ticket gets it: the desk's setting, for admins. */
export function ReplyAssigns({ rest }: { readonly rest: ConsoleContext['rest'] }) {
  const [seen, setSeen] = useState<DeskSettings | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const take = (result: Awaited<ReturnType<typeof rest.settings>>) => {
    if (result.ok) setSeen(result.value)
    return result.ok ? null : result.problem
  }
  const load = async () => setProblem(take(await rest.settings()))
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- asked once by each client
  useEffect(() => { void load() }, [rest])
  const pick = async (field: HTMLInputElement) => {
    const refused = take(await rest.saveSetting('reply_assigns', field.checked, seen?.etags))
    const now = refused?.code === 'precondition_failed' ? await rest.settings() : null
    if (now !== null) take(now)
    // Refused, nothing is drawn again: the field itself has to be told.
    if (refused !== null) field.checked = (now?.ok === true ? now.value : seen)?.reply_assigns === true
    setProblem(refused)
  }
  return (
    <>
      <label class="check">
        <input type="checkbox" checked={seen?.reply_assigns === true} disabled={seen === null} data-testid={T.replyAssigns} onChange={(event) => void pick(event.currentTarget)} />
        <span>{s('roles.reply_assigns')}</span>
      </label>
      <ProblemLine problem={problem} onRetry={() => void load()} />
    </>
  )
}
