// Ends with 0 if the service in this container takes requests. The image has no shell and no curl.
const port = process.env['PORT'] ?? '4000';
try {
  const { ok } = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(2_500) });
  process.exitCode = ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
