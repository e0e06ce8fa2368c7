import { chromium } from 'playwright-core';
const b = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
for (const [n, o] of [
  ['light', { viewport: { width: 1280, height: 1000 }, colorScheme: 'light' }],
  ['dark', { viewport: { width: 360, height: 1000 }, colorScheme: 'dark' }],
]) {
  const c = await b.newContext({ ...o, timezoneId: 'UTC' });
  const p = await c.newPage();
  p.setDefaultTimeout(60000);
  await p.goto('http://127.0.0.1:4872/breakdown?last=P7D', { waitUntil: 'commit' });
  await p.getByText('Reading… All calls').waitFor();
  await p.screenshot({ path: `/tmp/confix1-${n}-0.png` });
  await p.locator('table.groups').waitFor();
  await p.screenshot({ path: `/tmp/confix1-${n}-1.png` });
  await p.getByRole('button', { name: 'Read the rest' }).first().click();
  await p.getByText(/^All of it, read in/).waitFor();
  console.log(await p.getByRole('region', { name: 'Slower than usual' }).innerText());
  await p.screenshot({ path: `/tmp/confix1-${n}-2.png` });
  await p.goto('http://127.0.0.1:4872/?last=P7D');
  await p
    .getByRole('region', { name: 'Success rate' })
    .getByRole('link', { name: 'What is different?' })
    .click();
  await p.locator('table.changes').first().waitFor();
  await p.waitForTimeout(500);
  await p.screenshot({ path: `/tmp/confix1-${n}-3.png` });
  console.log((await p.getByRole('region', { name: 'What is different' }).innerText()).slice(0, 900));
  await p
    .getByRole('button', { name: /further values/ })
    .first()
    .click();
  await p.screenshot({ path: `/tmp/confix1-${n}-4.png` });
  console.log(
    'overflow',
    await p.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  );
  await c.close();
}
await b.close();
