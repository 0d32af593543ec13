// Tests of the browser driver: the behaviour of clicks that the other browser tests rely on.

import { expect, test } from 'vitest'
import { TEAM, withBrowser } from './help.ts'

const context = withBrowser()

test('a click hits its target even while lines appear and disappear above it', async () => {
  const page = await (await context()).newPage()
  await page.goto(`${TEAM}/support`)
  await page.evaluate(() => {
    document.body.innerHTML = '<p id="line">Connecting</p><button id="decoy">decoy</button><button id="meant">meant</button><button id="below">below</button>'
    // Set the style from the script: the page's security policy forbids `style` attributes in HTML.
    for (const one of document.querySelectorAll('button')) one.style.display = 'block'
    for (const one of document.querySelectorAll('button')) one.addEventListener('click', () => document.body.setAttribute('data-pressed', `${document.body.getAttribute('data-pressed') ?? ''} ${one.id}`))
    let turns = 0
    const timer = setInterval(() => {
      const line = document.getElementById('line')
      if (line !== null) line.style.display = ++turns % 2 === 0 ? 'none' : 'block'
      if (turns === 100) clearInterval(timer)
    }, 20)
  })
  for (let times = 0; times < 3; times++) await page.locator('#meant').click()
  expect(await page.locator('body').getAttribute('data-pressed')).toBe(' meant meant meant')
})
