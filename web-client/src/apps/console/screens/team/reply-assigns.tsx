import { useEffect, useRef, useState } from 'preact/hooks'
import type { DeskSettings } from '../../../../protocol/generated.ts'
import type { Problem } from '../../../../protocol/model.ts'
import { s } from './strings.ts'
import { T } from '../../../../testids.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Checkbox } from '../../../../ui/kit/field.tsx'
import type { ConsoleContext } from '../../context.ts'

/** The setting "the first agent to reply to an unassigned ticket gets it", for admins. */
export function ReplyAssigns({ rest }: { readonly rest: ConsoleContext['rest'] }) {
  const [seen, setSeen] = useState<DeskSettings | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const latest = useRef<DeskSettings | null>(null)
  const turn = useRef(Promise.resolve())
  const take = (result: Awaited<ReturnType<typeof rest.settings>>) => {
    if (result.ok) setSeen(latest.current = result.value)
    return result.ok ? null : result.problem
  }
  const load = async () => setProblem(take(await rest.settings()))
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- loads once for each client
  useEffect(() => { void load() }, [rest])
  // Changes are sent one after the other. Each change sends the `etags` of the previous response, because the server would refuse a change
  // with older `etags`.
  const pick = (value: boolean) => {
    turn.current = turn.current.then(async () => {
      const refused = take(await rest.saveSetting('reply_assigns', value, latest.current?.etags))
      if (refused?.code === 'precondition_failed') take(await rest.settings())
      setProblem(refused)
    })
    return turn.current
  }
  return (
    <>
      <Checkbox label={s('roles.reply_assigns')} value={seen?.reply_assigns === true} isDisabled={seen === null} testid={T.replyAssigns} onChange={pick} />
      <ProblemLine problem={problem} onRetry={() => void load()} />
    </>
  )
}
