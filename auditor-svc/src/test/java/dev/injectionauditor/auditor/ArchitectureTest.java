package dev.injectionauditor.auditor;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the packages may touch, as their {@code package-info} says. */
class ArchitectureTest {

    private static final String ROOT = "dev.injectionauditor.auditor";
    private static final String API_SERVER = "io.fabric8..";
    private static final String KAFKA = "org.apache.kafka..";
    private static final String[] POSTGRESQL = {"org.jooq..", "org.postgresql..", "java.sql..", ROOT + ".db.."};

    private final JavaClasses all = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void shouldHaveNoCyclesOfPackages() {
        // Generated code is one whole, and refers to the enums that its columns hold.
        slices().matching("(" + ROOT + "..)")
                .should()
                .beFreeOfCycles()
                .ignoreDependency(resideInAPackage(ROOT + ".db.."), alwaysTrue())
                .check(all);
    }

    @Test
    void shouldKeepTheApiServerFromTheHistory() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".audit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(API_SERVER)
                .check(all);
    }

    @Test
    void shouldKeepTheHistoryFromTheOtherRoles() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, ROOT + ".audit..", ROOT + ".db..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".audit..")
                .check(all);
        // The journal of remediate is its own.
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        ROOT, ROOT + ".audit..", ROOT + ".db..", ROOT + ".postgres..", ROOT + ".remediate..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(POSTGRESQL)
                .check(all);
    }

    @Test
    void shouldDecideWithoutKafka() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        ROOT + ".audit.sql..",
                        ROOT + ".audit.outage..",
                        ROOT + ".audit.verdict..",
                        ROOT + ".audit.cause..",
                        ROOT + ".audit.recreation..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(KAFKA)
                .check(all);
    }

    @Test
    void shouldDecideByRulesThatTouchNothing() {
        classes()
                .that()
                .haveSimpleNameEndingWith("Rule")
                .or()
                .haveSimpleName("OutageWindows")
                .or()
                .haveSimpleName("OutageRegion")
                .or()
                .haveSimpleName("PodJudge")
                .or()
                .haveSimpleName("LateAnswers")
                .or()
                .haveSimpleName("RecreationRound")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackages(
                        "io.fabric8.kubernetes.client..",
                        KAFKA,
                        "org.jooq..",
                        "org.postgresql..",
                        "java.sql..",
                        "java.net..")
                .check(all);
    }
}
