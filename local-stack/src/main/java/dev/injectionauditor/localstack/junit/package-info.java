/**
 * Gives JUnit tests a real PostgreSQL and a real Kafka: started when first asked for, shared by all tests of a JVM,
 * stopped when it ends; each test gets a database and topics of its own. Also reads README.md for tests that hold it
 * against the code.
 *
 * <p>For: tests only. Data comes from nowhere but README.md and goes nowhere.
 */
@NullMarked
package dev.injectionauditor.localstack.junit;

import org.jspecify.annotations.NullMarked;
