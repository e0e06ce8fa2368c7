import { createServer } from 'node:http';
import { WORKS } from '../work.ts';

// Sends an answer that was written before: what a request costs without any work.

const answers = new Map(
  WORKS.map(({ name, answer }) => [`/${name}`, Buffer.from(JSON.stringify({ data: answer(0) }))]),
);

createServer((request, response) => {
  const answer = answers.get(request.url ?? '') ?? Buffer.from('{}');
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    response.end(answer);
  });
}).listen(Number(process.env['PORT']), '127.0.0.1');
