/** The build collects the styles of all modules in one file. */
declare module '*.css';
