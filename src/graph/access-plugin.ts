import SchemaBuilder, { BasePlugin } from '@pothos/core';
import type {
  PothosInterfaceTypeConfig,
  PothosOutputFieldConfig,
  PothosOutputFieldType,
  PothosTypeConfig,
  PothosUnionTypeConfig,
  SchemaTypes,
} from '@pothos/core';
import type { GraphQLFieldResolver, GraphQLTypeResolver } from 'graphql';
import { requireAccess } from './access.ts';
import type { Access, Viewer } from './access.ts';
import type { GraphContext } from './context.ts';

/** The name by which the builder takes it. */
export const ACCESS_PLUGIN = 'sightlineAccess';

type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>;
type TypeResolver<Types extends SchemaTypes> = GraphQLTypeResolver<unknown, Types['Context']>;

/**
 * `requires` on a type or a field: the scopes of which a caller must hold one. It is checked before the field is resolved,
 * for a type at every field that gives it out, and written at the end of the description: who reads the schema sees who may
 * see what, and the two can't differ.
 */
export class AccessPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onTypeConfig(config: PothosTypeConfig): PothosTypeConfig {
    const access = accessOfType(config);
    return access ? { ...config, description: describe(config.description, access) } : config;
  }

  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const [own] = this.#listAccess(config);
    return own ? { ...config, description: describe(config.description, own) } : config;
  }

  override wrapResolve(resolve: Resolver<Types>, config: PothosOutputFieldConfig<Types>): Resolver<Types> {
    const needed = this.#listAccess(config);
    if (needed.length === 0) return resolve;
    return (parent, args, context, info) => {
      for (const access of needed) requireAccess(viewerOf(context), access);
      return resolve(parent, args, context, info);
    };
  }

  /** A row that no resolver has asked about is stopped here, whatever its field is said to give. */
  override wrapResolveType(
    resolveType: TypeResolver<Types>,
    _config: PothosInterfaceTypeConfig | PothosUnionTypeConfig,
  ): TypeResolver<Types> {
    return (value, context, info, type) => {
      const name = resolveType(value, context, info, type);
      if (typeof name === 'string') {
        const access = accessOfType(this.builder.configStore.getTypeConfig(name));
        if (access) requireAccess(viewerOf(context), access);
      }
      return name;
    };
  }

  /** The field's own, and its type's. */
  #listAccess(config: PothosOutputFieldConfig<Types>): readonly Access[] {
    const own = (config.pothosOptions as { requires?: Access }).requires;
    const type = nameOf(config.type);
    const ofType =
      type.kind === 'Object' ? accessOfType(this.builder.configStore.getTypeConfig(type.ref)) : null;
    return [own, ofType].filter((access) => access !== undefined && access !== null);
  }
}

// A plugin is written for every builder; ours has one kind of context.
function viewerOf(context: object): Viewer {
  return (context as GraphContext).viewer;
}

function accessOfType({ pothosOptions }: PothosTypeConfig): Access | null {
  return (pothosOptions as { requires?: Access }).requires ?? null;
}

function nameOf<Types extends SchemaTypes>(type: PothosOutputFieldType<Types>) {
  let named = type;
  while (named.kind === 'List') named = named.type;
  return named;
}

function describe(description: string | null | undefined, access: Access): string {
  const needs =
    access.length > 0 ? access.map((scope) => `\`${scope}\``).join(' or ') : 'a caller who is known';
  const said = description ? `${description.replace(/\.?$/, '.')} ` : '';
  return `${said}Needs ${needs}.`;
}

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      sightlineAccess: AccessPlugin<Types>;
    }
    interface BaseTypeOptions<Types extends SchemaTypes = SchemaTypes> {
      /** The scopes of which a caller must hold one to be given this type. */
      requires?: Access;
    }
    interface FieldOptions {
      /** The scopes of which a caller must hold one to be given this field; of none, to be known. */
      requires?: Access;
    }
  }
}

SchemaBuilder.registerPlugin(ACCESS_PLUGIN, AccessPlugin);
