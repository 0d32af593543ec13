import { useId, useRef } from 'preact/hooks'
import { originOf, type WidgetFaults } from '../../../../client/widget-setting.ts'
import { LIMITS } from '../../../../protocol/generated.ts'
import { Button, IconButton } from '../../../../ui/kit/button.tsx'
import { s } from './strings.ts'
import { W } from './testids.ts'

/** The placeholder of an address field, the same in every language. */
const EXAMPLE = 'https://www.example.com'

interface SitesProps {
  readonly sites: readonly string[]
  readonly faults: WidgetFaults
  readonly onChange: (sites: readonly string[]) => void
}

/** The form for the origins that may embed the widget, one per row. A row whose text is not an origin shows an error. */
export function Sites({ sites, faults, onChange }: SitesProps) {
  const list = useRef<HTMLUListElement>(null)
  const id = useId()
  const put = (index: number, site: string) => onChange(sites.map((one, at) => (at === index ? site : one)))
  const focus = (index: number) => requestAnimationFrame(() => list.current?.querySelectorAll('input')[index]?.focus())
  const add = () => {
    onChange([...sites, ''])
    focus(sites.length)
  }
  const tidy = (index: number, written: string) => {
    const origin = originOf(written)
    if (origin !== null && origin !== written) put(index, origin)
  }
  return (
    <section class="card" aria-label={s('widget_setting.sites')}>
      <div class="widget-titled"><h2>{s('widget_setting.sites')}</h2><p class="muted">{s('widget_setting.sites_hint')}</p></div>
      {sites.length > 0 && (
        <ul ref={list} class="widget-sites">
          {sites.map((site, index) => {
            const fault = faults.get(`site.${index}`) ?? null
            return (
              // oxlint-disable-next-line react/no-array-index-key -- a row has no id, so its index is the key
              <li key={index} data-testid={W.site} data-site={index}>
                <span class="widget-site">
                  <input type="url" inputMode="url" dir="ltr" value={site} placeholder={EXAMPLE} autocapitalize="none" spellcheck={false} aria-label={s('widget_setting.site', { n: index + 1 })} aria-invalid={fault !== null} aria-describedby={fault === null ? undefined : `${id}-${index}`}
                    onInput={(event) => put(index, event.currentTarget.value)}
                    onBlur={(event) => tidy(index, event.currentTarget.value)}
                    onKeyDown={(event) => { if (event.key === 'Enter' && site.trim() !== '') { event.preventDefault(); tidy(index, site); if (index === sites.length - 1) requestAnimationFrame(() => list.current?.parentElement?.querySelector<HTMLElement>(`[data-testid=${W.siteAdd}]`)?.click()); else focus(index + 1) } }}
                  />
                  <IconButton icon="close" label={s('widget_setting.site_remove', { site: site === '' ? String(index + 1) : site })} testid={W.siteRemove} onClick={() => { onChange(sites.filter((_, at) => at !== index)); focus(Math.max(0, index - 1)) }} />
                </span>
                {fault !== null && <p class="problem-text" role="alert" id={`${id}-${index}`} data-fault={fault}>{fault === 'many' ? s('widget_setting.fault.many', { n: LIMITS.widget_sites_max }) : s(fault === 'twice' ? 'widget_setting.fault.twice' : 'widget_setting.fault.origin')}</p>}
              </li>
            )
          })}
        </ul>
      )}
      <div><Button icon="plus" isDisabled={sites.length >= LIMITS.widget_sites_max} testid={W.siteAdd} onClick={add}>{s('widget_setting.site_add')}</Button></div>
    </section>
  )
}
