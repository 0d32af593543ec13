import { useEffect, useState } from 'preact/hooks'
import type { Problem } from '../../../../protocol/model.ts'
import { s } from './strings.ts'
import { T } from '../../../../testids.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import type { ConsoleContext } from '../../context.ts'

/** Whether the first to answer an unassigned ticket gets it: the desk's setting, for admins. */
export function ReplyAssigns({ rest }: { readonly rest: ConsoleContext['rest'] }) {
  const [isOn, setOn] = useState<boolean | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const take = (result: Awaited<ReturnType<typeof rest.settings>>) => {
    setProblem(result.ok ? null : result.problem)
    if (result.ok) setOn(result.value.reply_assigns)
    return result.ok
  }
  const load = async () => void take(await rest.settings())
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- asked once by each client
  useEffect(() => { void load() }, [rest])
  const pick = async (field: HTMLInputElement) => {
    const before = isOn === true
    // Refused, nothing is drawn again: the field itself has to be told.
    if (!take(await rest.saveSetting('reply_assigns', field.checked))) field.checked = before
  }
  return (
    <>
      <label class="check">
        <input type="checkbox" checked={isOn === true} disabled={isOn === null} data-testid={T.replyAssigns} onChange={(event) => void pick(event.currentTarget)} />
        <span>{s('roles.reply_assigns')}</span>
      </label>
      <ProblemLine problem={problem} onRetry={() => void load()} />
    </>
  )
}
