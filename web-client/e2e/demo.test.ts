// Browser test of the demo website, which demonstrates the calls to the widget. The website's buttons must stay reachable while the widget
// is open.

import { beforeAll, expect, test } from 'vitest'
import { CUSTOMERS, eventually, people, widgetFrame, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

test('with the widget open in either corner, every button and choice of the site can be clicked', async () => {
  const place = await context()
  for (const [width, height] of [[1280, 800], [1120, 720], [768, 1024]] as const) {
    for (const corner of ['', 'left']) {
      const page = await place.newPage()
      await page.setViewportSize({ width, height })
      await page.goto(`${CUSTOMERS}/demo?position=${corner}&person=${encodeURIComponent(who.customer.name)}`)
      await page.locator(`#person option[value="${who.customer.name}"]`).waitFor({ state: 'attached' })
      await page.locator('#open').click()
      const frame = await (await widgetFrame(page)).frameElement()
      await eventually('open', () => frame.isVisible())
      const covered = await page.evaluate(() => [...document.querySelectorAll('#panel :is(button, select, input)')].flatMap((control) => {
        control.scrollIntoView({ block: 'center' })
        const { left, right, top, bottom } = control.getBoundingClientRect()
        return [left + 4, right - 4].every((x) => document.elementFromPoint(x, (top + bottom) / 2) === control) ? [] : [control.id]
      }))
      expect(covered, `${width} wide, ${corner || 'right'}`).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing to scroll sideways').toBeLessThanOrEqual(width)
      await page.close()
    }
  }
})

test('the buttons move to the other side when the corner is changed', async () => {
  const page = await (await context()).newPage()
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto(`${CUSTOMERS}/demo?person=${encodeURIComponent(who.customer.name)}`)
  await page.locator(`#person option[value="${who.customer.name}"]`).waitFor({ state: 'attached' })
  const isLeft = async () => ((await page.locator('#panel').boundingBox())?.x ?? Number.NaN) < 640
  await eventually('away from the right', isLeft)
  await page.locator('#position').selectOption('left')
  await eventually('away from the left', async () => !(await isLeft()))
  await page.locator('#position').selectOption('')
  await eventually('back', isLeft)
})
