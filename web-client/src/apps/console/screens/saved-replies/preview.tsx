import { useState } from 'preact/hooks'
import { partsOf, unknownIn, type Values } from '../../../../client/saved-replies.ts'
import { inRow } from '../../../../locales/formats.ts'
import { Checkbox } from '../../../../ui/kit/field.tsx'
import { s } from './strings.ts'
import { R } from './testids.ts'

/** Shows the reply as a customer with known details would get it. A switch shows it for a customer without a name. */
export function Preview({ body, agent }: { readonly body: string; readonly agent: string }) {
  const [isNameless, setNameless] = useState(false)
  const values: Values = { customer_first_name: isNameless ? '' : s('saved.sample_first'), customer_name: isNameless ? '' : s('saved.sample_name'), ticket_number: 'TKT-000042', subject: s('saved.sample_subject'), agent_name: agent }
  const unknown = unknownIn(body)
  return (
    <div class="reply-preview">
      <div class="reply-preview-head"><h3>{s('saved.preview')}</h3><Checkbox label={s('saved.nameless')} value={isNameless} testid={R.nameless} onChange={setNameless} /></div>
      <p class="reply-preview-text" dir="auto" data-testid={R.preview}>
        {partsOf(body, values).map((part, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- parts of a text have no id, so the index is the key
          part.kind === 'text' ? part.text : <span key={index} class={`reply-part-${part.kind}`} data-part={part.kind}>{part.text}</span>
        ))}
      </p>
      {unknown.length > 0 && <p class="problem-text" data-testid={R.unknown}>{s('saved.unknown', { names: inRow(unknown.map((name) => `{{${name}}}`)) })}</p>}
    </div>
  )
}
