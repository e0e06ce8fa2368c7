import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { graphql } from '../generated/gql.ts';
import { readFailures } from '../graph/failures.ts';
import { usePanelQuery } from '../graph/use-panel-query.ts';
import { Failures } from '../parts/failures.tsx';
import { ServiceContext } from '../state/service.ts';
import type { ServiceState } from '../state/service.ts';
import { SignIn } from './sign-in.tsx';

const SERVICE_STATE = graphql(`
  query ServiceState {
    service {
      version
      now
      limits {
        maxPageSize
        maxScannedRows
        maxBuckets
      }
      sources {
        source
        configured
        healthy
        retention
        settlesAfter
      }
      archive {
        sources {
          source
          rows
        }
      }
    }
    viewer {
      scopes
    }
  }
`);

/** Asks the service who it is and what this caller may do. Without an answer it says why, and lets the caller sign in. */
export function Gate({ children }: { readonly children: ReactNode }) {
  const { data, error, fetching, retry } = usePanelQuery(SERVICE_STATE, {});
  const state = useMemo((): ServiceState | null => {
    if (!data?.service || !data.viewer) return null;
    return {
      clockOffsetMs: Date.parse(data.service.now) - Date.now(),
      scopes: new Set(data.viewer.scopes),
      service: data.service,
    };
  }, [data]);
  if (state) return <ServiceContext value={state}>{children}</ServiceContext>;
  // The outline of index.html stays in sight as long as the console is empty.
  if (fetching) return null;
  const needsProof = readFailures(error).some(({ code }) => code === 'UNAUTHENTICATED');
  return (
    <main className="gate">
      <h1>Sightline</h1>
      {needsProof ? <SignIn /> : <Failures error={error} retry={retry} />}
    </main>
  );
}
