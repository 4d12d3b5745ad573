package dev.injectionauditor.localstack.codegen;

import dev.injectionauditor.localstack.LocalPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.ForcedType;
import org.jooq.meta.jaxb.Generate;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Jdbc;
import org.jooq.meta.jaxb.LambdaConverter;
import org.jooq.meta.jaxb.Logging;
import org.jooq.meta.jaxb.Target;

/**
 * Arguments: the folder of the migrations, the output folder, the package of the generated classes. Does nothing if the
 * output is of the same migrations and of this generator already.
 */
final class GenerateJooq {

    private static final String DATABASE_SCHEMA = "injection_auditor";

    private GenerateJooq() {}

    public static void main(String[] arguments) throws Exception {
        Path migrations = Path.of(arguments[0]);
        Path output = Path.of(arguments[1]);
        String targetPackage = arguments[2];

        Path mark = output.resolve("generated-from");
        String fingerprint = fingerprint(migrations) + " " + targetPackage;
        if (Files.exists(mark) && Files.readString(mark).equals(fingerprint)) {
            return;
        }
        Files.deleteIfExists(mark);
        try (LocalPostgres postgres = LocalPostgres.start(Files.createTempDirectory("generate-jooq"), 0)) {
            String url = postgres.createDatabase("generate");
            Flyway.configure()
                    .dataSource(url, LocalPostgres.USER, "")
                    .locations("filesystem:" + migrations)
                    .defaultSchema(DATABASE_SCHEMA)
                    .load()
                    .migrate();
            GenerationTool.generate(configuration(url, output, targetPackage));
        }
        Files.writeString(mark, fingerprint);
    }

    private static Configuration configuration(String url, Path output, String targetPackage) {
        return new Configuration()
                .withLogging(Logging.WARN)
                .withJdbc(new Jdbc().withUrl(url).withUser(LocalPostgres.USER))
                .withGenerator(new Generator()
                        .withDatabase(new Database()
                                .withInputSchema(DATABASE_SCHEMA)
                                .withExcludes("flyway_schema_history")
                                .withIncludeRoutines(false)
                                .withForcedTypes(forcedTypes()))
                        .withGenerate(new Generate()
                                .withDaos(false)
                                .withPojos(false)
                                .withGlobalTableReferences(true)
                                .withIndexes(false))
                        .withTarget(new Target().withPackageName(targetPackage).withDirectory(output.toString())));
    }

    private static List<ForcedType> forcedTypes() {
        return List.of(
                new ForcedType().withName("INSTANT").withIncludeTypes("timestamptz"),
                enumType("cause", "dev.injectionauditor.schema.Cause"),
                enumType("lifecycle", "dev.injectionauditor.schema.PodObservation.Lifecycle"),
                enumType("watch_begin", "dev.injectionauditor.schema.Signal.Watched.Begin"),
                enumType("recreation_outcome", "dev.injectionauditor.schema.RecreationResult.Outcome"),
                enumType("recreation_mode", "dev.injectionauditor.schema.RecreationMode"),
                enumType("verdict", "dev.injectionauditor.auditor.audit.verdict.Verdict"));
    }

    /** The enum {@code late-answer} of the database is the constant {@code LATE_ANSWER} of the Java enum. */
    private static ForcedType enumType(String databaseType, String javaType) {
        return new ForcedType()
                .withUserType(javaType)
                .withLambdaConverter(new LambdaConverter()
                        .withFrom("value -> " + javaType + ".valueOf(value.name().toUpperCase(java.util.Locale.ROOT))")
                        .withTo("value -> dev.injectionauditor.auditor.db.enums." + className(databaseType)
                                + ".valueOf(value.name().toLowerCase(java.util.Locale.ROOT))"))
                .withIncludeTypes(databaseType);
    }

    private static String className(String databaseType) {
        return Stream.of(databaseType.split("_"))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }

    private static String fingerprint(Path migrations) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream self = GenerateJooq.class.getResourceAsStream("GenerateJooq.class")) {
            digest.update(self.readAllBytes());
        }
        List<Path> files;
        try (Stream<Path> found = Files.list(migrations)) {
            files = found.sorted().toList();
        }
        for (Path file : files) {
            digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
            digest.update(Files.readAllBytes(file));
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
